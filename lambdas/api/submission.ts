import { createHash } from "node:crypto";
import { canonicalJson } from "../../lib/core/canonical-json.ts";
import { DIGEST_BYTES, keyedJobId, RANDOM_BYTES, randomJobId } from "../../lib/core/job-id.ts";
import { checkInput } from "../../lib/core/job-type.ts";
import { MAX_INPUT_BYTES, SQS_MAX_DELAY_SECONDS, SQS_MAX_GROUP_ID_LENGTH } from "../../lib/core/limits.ts";
import type { ProblemPart } from "../../lib/core/problem.ts";
import type { Api } from "./api.ts";
import { invalidInput, ProblemError } from "./http.ts";

/** A job that a client submitted, checked. */
export type Submission = {
  readonly id: string;
  readonly type: string;
  readonly tenant: string | undefined;
  readonly delaySeconds: number | undefined;
  /** ISO 8601 in UTC. */
  readonly submittedAt: string;
  /** There where the job has an idempotency key. */
  readonly inputDigest: string | undefined;
  readonly input: unknown;
  readonly inputJson: string;
};

/** Deeper ones overflow the stack of what reads them, here or in a worker. Ours: other JSON readers stop there too. */
const MAX_INPUT_LEVELS = 1_000;
const FIELDS = ["input", "tenant", "delaySeconds"];
/** What SQS takes as a `MessageGroupId`. */
const TENANT = new RegExp(`^[\\x21-\\x7e]{1,${SQS_MAX_GROUP_ID_LENGTH}}$`);
const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * Checks what a client submitted, and gives the job its id.
 *
 * @param path Where the submission stands in the body: the start of every violation's JSON Pointer.
 * @throws ProblemError `invalid-input`, `too-large` or `malformed-request`
 */
export const submissionOf = async (
  api: Api,
  type: string,
  given: unknown,
  options: { readonly path: string; readonly idempotencyKey: string | undefined },
): Promise<Submission> => {
  const { input, tenant, delaySeconds } = checkFields(given, options.path);
  const inputJson = await checkJobInput(api, type, input, options.path);
  const isKeyed = options.idempotencyKey !== undefined;
  const inputDigest = isKeyed ? digest(canonicalJson(input)).toString("base64url") : undefined;
  const nowMs = api.clock.nowMs();
  const id = isKeyed
    ? keyedJobId(api.salt, type, digest(JSON.stringify([type, tenant ?? null, options.idempotencyKey])))
    : randomJobId(api.salt, type, nowMs, api.dice.bytes(RANDOM_BYTES));
  const submittedAt = new Date(nowMs).toISOString();
  return { id, type, tenant, delaySeconds, submittedAt, inputDigest, input, inputJson };
};

/** Reads the `Idempotency-Key` header. @throws ProblemError `malformed-request` */
export const idempotencyKeyOf = (headers: Readonly<Record<string, string | undefined>>): string | undefined => {
  const key = headers["idempotency-key"];
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return key;
  throw new ProblemError("malformed-request", "Idempotency-Key must be 1 to 255 printable ASCII characters");
};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest().subarray(0, DIGEST_BYTES);

type Fields = {
  readonly input: unknown;
  readonly tenant: string | undefined;
  readonly delaySeconds: number | undefined;
};

const checkFields = (given: unknown, path: string): Fields => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw invalidInput([{ path, message: "must be an object with the field input" }]);
  }
  const { input, tenant, delaySeconds } = given as Record<string, unknown>;
  const parts: ProblemPart[] = Object.keys(given)
    .filter((field) => !FIELDS.includes(field))
    .map((field) => ({ path: `${path}/${field}`, message: `is unknown; the fields are ${FIELDS.join(", ")}` }));
  if (input === undefined) parts.push({ path: `${path}/input`, message: "must be there: it is what the job works on" });
  const isTenant = typeof tenant === "string" && TENANT.test(tenant);
  if (tenant !== undefined && !isTenant) {
    parts.push({
      path: `${path}/tenant`,
      message: `must be 1 to ${SQS_MAX_GROUP_ID_LENGTH} printable ASCII characters`,
    });
  }
  const isDelay = typeof delaySeconds === "number" && Number.isInteger(delaySeconds);
  if (delaySeconds !== undefined && !(isDelay && delaySeconds >= 0 && delaySeconds <= SQS_MAX_DELAY_SECONDS)) {
    const message = `must be a whole number from 0 to ${SQS_MAX_DELAY_SECONDS}`;
    parts.push({ path: `${path}/delaySeconds`, message });
  }
  if (parts.length > 0) throw invalidInput(parts);
  return { input, tenant: isTenant ? tenant : undefined, delaySeconds: isDelay ? delaySeconds : undefined };
};

const checkJobInput = async (api: Api, type: string, input: unknown, path: string): Promise<string> => {
  if (isDeeper(input, MAX_INPUT_LEVELS)) {
    throw invalidInput([{ path: `${path}/input`, message: `must be nested at most ${MAX_INPUT_LEVELS} levels deep` }]);
  }
  const json = JSON.stringify(input);
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_INPUT_BYTES) {
    throw new ProblemError("too-large", `input must be at most ${MAX_INPUT_BYTES} bytes as JSON, got ${bytes}`);
  }
  const schema = api.inputs[type];
  if (schema === undefined) throw new Error(`job type ${type} has a queue, and no schema in this bundle`);
  const checked = await checkInput(schema, input);
  if ("value" in checked) return json;
  throw invalidInput(checked.violations.map((part) => ({ ...part, path: `${path}/input${part.path}` })));
};

/** Tells whether lists and objects are nested in one another beyond so many levels. */
const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));
