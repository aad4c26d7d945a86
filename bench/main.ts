import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Runs each question of bench/questions several times, each time in a process of its own, and prints the medians. */

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const QUESTIONS = readdirSync(`${FOLDER}questions`).map((file) => file.replace(/\.ts$/, ""));

const { values, positionals } = parseArgs({
  options: { runs: { type: "string", default: "5" }, help: { type: "boolean", default: false } },
  allowPositionals: true,
});
const runs = Number(values.runs);
const unknown = positionals.filter((name) => !QUESTIONS.includes(name));
if (values.help || unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
  console.log(`Usage: npm run bench -- [--runs N] [question …]\n\nQuestions: ${QUESTIONS.join(", ")}`);
  process.exit(values.help ? 0 : 2);
}

const ask = async (question: string): Promise<Readonly<Record<string, number>>> => {
  const child = spawn(process.execPath, [`${FOLDER}questions/${question}.ts`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`question ${question} ended with ${code}`);
  return JSON.parse(said.trim().split("\n").at(-1) ?? "");
};

const round = (value: number): number => Number(value.toPrecision(3));

const summary = (samples: readonly number[]): { median: number; least: number; most: number } => {
  const sorted = [...samples].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
  return { median: round(median), least: round(sorted[0] ?? 0), most: round(sorted.at(-1) ?? 0) };
};

const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
console.log(`${machine}; ${runs} runs of each, each in a fresh process\n`);
for (const question of positionals.length > 0 ? positionals : QUESTIONS) {
  const answers: Readonly<Record<string, number>>[] = [];
  for (let run = 0; run < runs; run += 1) answers.push(await ask(question));
  const figures = Object.fromEntries(
    Object.keys(answers[0] ?? {}).map((name) => [name, summary(answers.map((figure) => figure[name] ?? Number.NaN))]),
  );
  console.log(question);
  for (const [name, { median, least, most }] of Object.entries(figures)) {
    console.log(`  ${name.padEnd(44)} ${String(median).padStart(8)}   (${least} to ${most})`);
  }
  const result = { question, date: new Date().toISOString().slice(0, 10), machine, runs, figures };
  writeFileSync(`${FOLDER}results/${question}.json`, `${JSON.stringify(result, undefined, 2)}\n`);
}
