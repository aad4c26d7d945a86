import { burst, HEALTHY, type Scenario, steady } from "./scenario.ts";

const webhook = { type: "deliver-webhook", serviceMs: 200 } as const;

/** What `npm run demo -- --scenario` knows. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "flash",
    shows: "3,000 jobs come at once and nothing is in their way: the scaler has nothing to do, and does nothing",
    jobs: burst(3_000, 0, webhook),
    receiver: () => HEALTHY,
  },
  {
    name: "slow",
    shows:
      "the receiver takes 20 requests at once and answers 429 to more, later to more than 10: the limit finds it and follows",
    jobs: steady({ ...webhook, serviceMs: 500, perSecond: 45, fromMs: 0, untilMs: 100_000 }),
    receiver: (elapsedMs) => ({ capacity: elapsedMs < 100_000 ? 20 : 10, isDown: false }),
  },
  {
    name: "outage",
    shows: "the receiver answers 503 for a minute: the queue is paused, tried again, and no job pays for it",
    jobs: steady({ ...webhook, perSecond: 30, fromMs: 0, untilMs: 120_000 }),
    receiver: (elapsedMs) => ({ capacity: undefined, isDown: elapsedMs >= 20_000 && elapsedMs < 80_000 }),
  },
  {
    name: "poison",
    shows: "one job in twenty is refused for good: it dies, and the others do not wait for it",
    jobs: steady({ ...webhook, perSecond: 40, fromMs: 0, untilMs: 60_000, poisonEvery: 20 }),
    receiver: () => HEALTHY,
  },
  {
    name: "two-queues",
    shows: "two queues want more than an account of 10: they share by backlog, and neither starves",
    jobs: [
      ...burst(8_000, 0, { type: "deliver-webhook", serviceMs: 500 }),
      ...burst(700, 65_000, { type: "profile-csv", serviceMs: 500 }),
    ],
    receiver: () => HEALTHY,
    accountConcurrency: 10,
  },
];
