import { sum } from "../sum.ts";
/** What a stage watches itself with, as CloudWatch charges for it. */
export type WatchPart =
  | { readonly kind: "alarm"; readonly metrics: number }
  | { readonly kind: "composite" }
  | { readonly kind: "dashboard"; readonly metrics: number };

/**
 * Prices of a month in US cents, the same in most regions. Alarms on metric math count each metric of theirs.
 *
 * @see https://aws.amazon.com/cloudwatch/pricing/
 */
export const WATCH_PRICES = { alarmMetricCents: 10, compositeCents: 50, dashboardCents: 300 } as const;

/** What an account has free each month; composite alarms are never free. @see https://aws.amazon.com/cloudwatch/pricing/ */
export const WATCH_FREE = { alarmMetrics: 10, dashboards: 3, metricsOfADashboard: 50 } as const;

export type WatchPrice = {
  readonly alarms: number;
  readonly alarmMetrics: number;
  readonly composites: number;
  readonly dashboards: number;
  /** A month, with nothing free. */
  readonly listCents: number;
  /** A month, where nothing else of the account uses what is free. */
  readonly leastCents: number;
};

/** Adds up what CloudWatch charges a month for alarms and dashboards; metrics of one's own and logs are not in it. */
export const watchPrice = (parts: readonly WatchPart[]): WatchPrice => {
  const alarms = parts.filter(({ kind }) => kind === "alarm").length;
  const alarmMetrics = sum(parts.map((part) => (part.kind === "alarm" ? part.metrics : 0)));
  const composites = parts.filter(({ kind }) => kind === "composite").length;
  const dashboards = parts.filter((part) => part.kind === "dashboard");
  const small = dashboards.filter(({ metrics }) => metrics <= WATCH_FREE.metricsOfADashboard).length;
  const listCents =
    alarmMetrics * WATCH_PRICES.alarmMetricCents +
    composites * WATCH_PRICES.compositeCents +
    dashboards.length * WATCH_PRICES.dashboardCents;
  const freeCents =
    Math.min(alarmMetrics, WATCH_FREE.alarmMetrics) * WATCH_PRICES.alarmMetricCents +
    Math.min(small, WATCH_FREE.dashboards) * WATCH_PRICES.dashboardCents;
  return {
    alarms,
    alarmMetrics,
    composites,
    dashboards: dashboards.length,
    listCents,
    leastCents: listCents - freeCents,
  };
};

/** Says the price in one sentence. */
export const watchPriceText = (price: WatchPrice): string => {
  const things = [
    `${counted(price.alarms, "alarm")} on ${counted(price.alarmMetrics, "metric")}`,
    ...(price.composites > 0 ? [counted(price.composites, "composite alarm")] : []),
    ...(price.dashboards > 0 ? [counted(price.dashboards, "dashboard")] : []),
  ];
  return (
    `${things.join(", ")}: ${dollars(price.listCents)} a month, ${dollars(price.leastCents)} where nothing else uses ` +
    `the ${WATCH_FREE.alarmMetrics} alarm metrics and ${WATCH_FREE.dashboards} dashboards that an account has free`
  );
};

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const dollars = (cents: number): string => `$${(cents / 100).toFixed(2)}`;
