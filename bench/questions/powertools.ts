import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { WORKER_VARIABLES } from "../../lib/core/environment.ts";
import type { LocalRun } from "../../lib/local/server.ts";
import { clientOptions } from "../../test/support/client-options.ts";
import { answer, withRun } from "../bench-run.ts";
import { codeSize } from "../code-size.ts";
import { startWorker, type WorkerCode } from "../peers/bench-worker.ts";
import { type Both, both, compared, inTurn, once } from "../peers/both.ts";
import { type Counts, startCountingProxy } from "../peers/counting-proxy.ts";
import { BATCH, eventsOf, JOB_TYPE } from "../peers/job-events.ts";
import { powertoolsCode, sluiceCode } from "../peers/worker-code.ts";
import type { Spent } from "../peers/worker-process.ts";

const JOBS_FOLDER = fileURLToPath(new URL("../peers/jobs/", import.meta.url));
const PEER_TABLE = "powertools";

/** What Powertools does, which runs all records of a batch at once; Sluice has 5 as its default. */
const PARALLEL = BATCH;
/** Batches in a block. */
const BATCHES = 25;
const COUNTED_BATCHES = 10;
/** After these most of the code is compiled. */
const WARM_UP_BLOCKS = 3;
const BLOCKS = 6;
const WAITING_BLOCKS = 4;
const WAIT_MS = 5;
const COLD_STARTS = 6;

/** Both workers, and the stores that both work on. */
type Setting = { readonly codes: Both<WorkerCode>; readonly table: string; readonly awsUrl: string };
type Figures = Readonly<Record<string, number>>;

const settingOf = async (run: LocalRun, assemblyFolder: string, folder: string): Promise<Setting> => {
  const folders = await both((name) => mkdtemp(join(folder, `${name}-`)));
  const codes: Both<WorkerCode> = {
    Sluice: await sluiceCode(run, assemblyFolder, folders.Sluice),
    Powertools: await powertoolsCode(folders.Powertools, PEER_TABLE),
  };
  return { codes, table: codes.Sluice.variables[WORKER_VARIABLES.tableName] ?? "", awsUrl: run.awsUrl };
};

/** What each asks of DynamoDB for a job. @throws Error when a job is not done: a figure for work not done is none */
const requests = async ({ codes, table, awsUrl }: Setting): Promise<Figures> => {
  const client = new DynamoDBClient(clientOptions(awsUrl));
  await createPeerTable(client);
  const jobs = COUNTED_BATCHES * BATCH;
  const counts = once(await both((name) => counted(codes[name], awsUrl, table)));
  await checkDone(client, table, "succeeded", jobs);
  await checkDone(client, PEER_TABLE, "COMPLETED", jobs);
  client.destroy();
  return {
    ...compared("DynamoDB calls a job", counts, ({ calls }) => calls / jobs),
    ...compared("DynamoDB writes a job", counts, ({ writes }) => writes / jobs),
    ...compared("write units a job", counts, ({ writeUnits }) => writeUnits / jobs),
  };
};

const createPeerTable = (client: DynamoDBClient): Promise<unknown> =>
  client.send(
    new CreateTableCommand({
      TableName: PEER_TABLE,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    }),
  );

const counted = async (code: WorkerCode, awsUrl: string, salt: string): Promise<Counts> => {
  const proxy = await startCountingProxy(awsUrl);
  const worker = await startWorker(code, proxy.url);
  await worker.run({ events: eventsOf(salt, COUNTED_BATCHES, 0) });
  await worker.stop();
  proxy.stop();
  return proxy.counts();
};

const checkDone = async (client: DynamoDBClient, table: string, status: string, jobs: number): Promise<void> => {
  const { Count } = await client.send(
    new ScanCommand({
      TableName: table,
      FilterExpression: "#status = :status",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":status": { S: status } },
    }),
  );
  if (Count !== jobs) throw new Error(`table ${table} has ${Count} jobs that are ${status}, not ${jobs}`);
};

/** How large each is, and how long a fresh process takes to import it, and to finish a first batch. */
const beginnings = async ({ codes, table, awsUrl }: Setting): Promise<Figures> => {
  const sizes = once(await both(async (name) => codeSize(codes[name].codeFolder)));
  const starts = await inTurn(COLD_STARTS, async (name) => {
    const worker = await startWorker(codes[name], awsUrl);
    const first = await worker.run({ events: eventsOf(table, 1, 0) });
    await worker.stop();
    return { init: worker.init, first };
  });
  return {
    ...compared("bundle KiB", sizes, ({ all }) => all),
    ...compared("bundle KiB compressed", sizes, ({ compressed }) => compressed),
    ...compared("bundle KiB loaded at init", sizes, ({ atInit }) => atInit),
    ...compared("init ms", starts, ({ init }) => init.wallMs),
    ...compared("init CPU ms", starts, ({ init }) => init.cpuMs),
    ...compared("init and first batch ms", starts, ({ init, first }) => init.wallMs + first.wallMs),
    ...compared("init and first batch CPU ms", starts, ({ init, first }) => init.cpuMs + first.cpuMs),
  };
};

/** What a job takes in a process that is warm, when both get the same blocks of jobs. */
const jobs = async ({ codes, table, awsUrl }: Setting): Promise<Figures> => {
  const workers = await both((name) => startWorker(codes[name], awsUrl));
  const blocks = async (count: number, ms: number): Promise<Both<readonly Spent[]>> => {
    const all = Array.from({ length: count }, () => ({ events: eventsOf(table, BATCHES, ms) }));
    return await inTurn(count, (name, round) => workers[name].run(all[round] ?? { events: [] }));
  };
  await blocks(WARM_UP_BLOCKS, 0);
  const plain = await blocks(BLOCKS, 0);
  const waiting = await blocks(WAITING_BLOCKS, WAIT_MS);
  await both((name) => workers[name].stop());
  const perJob = BATCHES * BATCH;
  return {
    ...compared("CPU ms a job", plain, ({ cpuMs }) => cpuMs / perJob),
    ...compared("wall ms a job", plain, ({ wallMs }) => wallMs / perJob),
    ...compared(`CPU ms a job of ${WAIT_MS} ms`, waiting, ({ cpuMs }) => cpuMs / perJob),
    ...compared(`wall ms a job of ${WAIT_MS} ms`, waiting, ({ wallMs }) => wallMs / perJob),
  };
};

const jobTypes = { [JOB_TYPE]: { batchSize: BATCH, parallel: PARALLEL } };
const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
try {
  const figures = await withRun(
    jobTypes,
    async (run, assemblyFolder) => {
      const setting = await settingOf(run, assemblyFolder, folder);
      return { ...(await requests(setting)), ...(await beginnings(setting)), ...(await jobs(setting)) };
    },
    { jobsFolder: JOBS_FOLDER },
  );
  answer(figures);
} finally {
  await rm(folder, { recursive: true });
}
