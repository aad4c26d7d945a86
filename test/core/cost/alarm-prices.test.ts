import { describe, expect, it } from "vitest";
import { type WatchPart, watchPrice, watchPriceText } from "../../../lib/core/cost/alarm-prices.ts";

const alarm = (metrics = 1): WatchPart => ({ kind: "alarm", metrics });
const dashboard = (metrics = 20): WatchPart => ({ kind: "dashboard", metrics });
const COMPOSITE: WatchPart = { kind: "composite" };
const many = (count: number, part: WatchPart): readonly WatchPart[] => Array.from({ length: count }, () => part);

describe("watchPrice", () => {
  it("charges ten cents for each metric of an alarm, so that metric math counts each of its metrics", () => {
    expect(watchPrice([alarm(), alarm(3)])).toMatchObject({ alarms: 2, alarmMetrics: 4, listCents: 40 });
  });

  it("charges fifty cents for a composite, and three dollars for a dashboard", () => {
    expect(watchPrice([COMPOSITE]).listCents).toBe(50);
    expect(watchPrice([dashboard()]).listCents).toBe(300);
  });

  it("takes off ten alarm metrics and three dashboards, and never a composite", () => {
    const { listCents, leastCents } = watchPrice([...many(12, alarm()), COMPOSITE, ...many(4, dashboard())]);

    expect(listCents).toBe(120 + 50 + 1_200);
    expect(leastCents).toBe(20 + 50 + 300);
  });

  it("takes off no more than there is", () => {
    expect(watchPrice([alarm(), dashboard()]).leastCents).toBe(0);
    expect(watchPrice([])).toMatchObject({ listCents: 0, leastCents: 0 });
  });

  it("has no dashboard of more than fifty metrics free", () => {
    expect(watchPrice([dashboard(50)]).leastCents).toBe(0);
    expect(watchPrice([dashboard(51)]).leastCents).toBe(300);
  });
});

describe("watchPriceText", () => {
  it("says how many there are and what they cost a month, with and without what is free", () => {
    const price = watchPrice([...many(26, alarm()), alarm(7), COMPOSITE, dashboard()]);

    expect(watchPriceText(price)).toBe(
      "27 alarms on 33 metrics, 1 composite alarm, 1 dashboard: $6.80 a month, $2.80 where nothing else uses " +
        "the 10 alarm metrics and 3 dashboards that an account has free",
    );
  });

  it("leaves out what there is none of", () => {
    expect(watchPriceText(watchPrice([alarm()]))).toMatch(/^1 alarm on 1 metric: \$0\.10 a month, \$0\.00 where/);
  });
});
