import { answer, until, withRun } from "../bench-run.ts";

const ENVIRONMENTS = 10;
const MEBIBYTE = 1_048_576;

const rssMiB = (): number => process.memoryUsage().rss / MEBIBYTE;

const figures = await withRun({ hold: { batchSize: 1, parallel: 1, maxConcurrency: ENVIRONMENTS } }, async (run) => {
  const before = rssMiB();
  const body = JSON.stringify({ jobs: Array.from({ length: 100 }, () => ({ input: { ms: 500 } })) });
  const response = await fetch(`${run.apiUrl}/jobs/hold/batch`, { method: "POST", body });
  await response.arrayBuffer();
  await until(() => run.observe().some(({ environments }) => environments === ENVIRONMENTS));
  let most = 0;
  await until(() => {
    most = Math.max(most, rssMiB());
    return run.observe().every(({ visible, inFlight, running }) => visible + inFlight + running === 0);
  });
  return {
    [`MiB resident at ${ENVIRONMENTS} environments, most`]: most,
    "MiB before": before,
    "MiB per environment": (most - before) / ENVIRONMENTS,
  };
});
answer(figures);
