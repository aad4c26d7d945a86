import { sparkline } from "./chart.ts";

/** One look at the run. */
export type Sample = {
  readonly elapsedMs: number;
  readonly submitted: number;
  readonly done: number;
  /** Messages that wait in the queue. */
  readonly depth: number;
  /** Invocations at once. */
  readonly concurrency: number;
  /** Invocations that the event source mapping may have at once. */
  readonly allowed: number;
};

export type LiveView = (samples: readonly Sample[]) => void;

const LINE_EVERY_MS = 5_000;
const COLUMNS = 40;

/** Shows samples as they come: redrawn in place on a terminal, as a line every five seconds elsewhere. */
export const liveView = (output: NodeJS.WriteStream): LiveView => (output.isTTY ? redrawn(output) : lineByLine(output));

const redrawn = (output: NodeJS.WriteStream): LiveView => {
  let isDrawn = false;
  return (samples) => {
    const last = samples.at(-1);
    if (last === undefined) return;
    const depths = samples.map(({ depth }) => depth);
    const concurrencies = samples.map(({ concurrency }) => concurrency);
    if (isDrawn) output.write("\x1b[4A");
    isDrawn = true;
    const line = (text: string): void => void output.write(`\x1b[2K${text}\n`);
    line(`  ${seconds(last.elapsedMs)}   submitted ${last.submitted}   done ${last.done}`);
    line(`  queue depth  ${String(last.depth).padStart(6)}  ${sparkline(depths, COLUMNS)}`);
    line(
      `  concurrency  ${String(last.concurrency).padStart(6)}  ${sparkline(concurrencies, COLUMNS)}  (allowed ${last.allowed})`,
    );
    line(`  done/s       ${doneRate(samples).padStart(6)}`);
  };
};

const lineByLine = (output: NodeJS.WriteStream): LiveView => {
  let shownMs = 0;
  return (samples) => {
    const last = samples.at(-1);
    if (last === undefined || last.elapsedMs - shownMs < LINE_EVERY_MS) return;
    shownMs = last.elapsedMs;
    const numbers = `submitted ${last.submitted}, done ${last.done}, depth ${last.depth}, concurrency ${last.concurrency}`;
    output.write(`  ${seconds(last.elapsedMs)}  ${numbers}, ${doneRate(samples)} done/s\n`);
  };
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0).padStart(4)} s`;

/** Jobs done a second, over the latest five seconds. */
const doneRate = (samples: readonly Sample[]): string => {
  const last = samples.at(-1);
  const first = samples.find(({ elapsedMs }) => last !== undefined && last.elapsedMs - elapsedMs <= 5_000);
  if (last === undefined || first === undefined || last === first) return "0";
  return (((last.done - first.done) * 1_000) / (last.elapsedMs - first.elapsedMs)).toFixed(1);
};
