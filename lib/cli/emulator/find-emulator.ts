import { CloudFormationClient, ListStacksCommand } from "@aws-sdk/client-cloudformation";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type EmulatorAccess, emulatorAccess } from "./emulator-access.ts";
import type { EmulatorKind } from "./emulator-state.ts";

/** An emulator that answers, and that a stage can be deployed to. */
export type FoundEmulator = {
  readonly is: "emulator";
  readonly kind: EmulatorKind;
  readonly version?: string | undefined;
  readonly account: string;
};

export type Finding =
  | FoundEmulator
  /** Nobody listens, or the name is not known. */
  | { readonly is: "nothing"; readonly reason: string }
  /** Something answers that cannot be deployed to. */
  | { readonly is: "foreign"; readonly reason: string };

/** A first call may wake the service that it asks. */
const ANSWER_MS = 15_000;

/** Looks at what answers at an endpoint; changes nothing there. */
export const findEmulator = async (endpoint: string, region: string): Promise<Finding> => {
  const ministack = await healthAt(`${endpoint}/_ministack/health`);
  if (ministack.is === "nothing") return ministack;
  const localstack = ministack.is === "health" ? ministack : await healthAt(`${endpoint}/_localstack/health`);
  if (localstack.is === "nothing") return localstack;
  const access = emulatorAccess(endpoint, region);
  const account = await accountOf(access);
  if (typeof account !== "string") return { is: "foreign", reason: reasonOf(localstack, account) };
  if (localstack.is !== "health") return { is: "emulator", kind: "other", account };
  const kind = ministack.is === "health" ? "ministack" : "localstack";
  return { is: "emulator", kind, version: localstack.version, account };
};

type Health =
  | { readonly is: "health"; readonly version: string | undefined }
  | { readonly is: "nothing"; readonly reason: string }
  | { readonly is: "other"; readonly reason: string };

const healthAt = async (url: string): Promise<Health> => {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: "manual" });
  } catch (error) {
    const code = codeOf(error);
    const isAbsent = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(code);
    if (isAbsent) return { is: "nothing", reason: code };
    return { is: "other", reason: code === "" ? "it accepts connections and does not answer HTTP" : code };
  }
  const text = await response.text().catch(() => "");
  const version = versionIn(text);
  if (response.ok && version !== undefined) return { is: "health", version: version === "" ? undefined : version };
  return { is: "other", reason: `it answers HTTP ${response.status}${serverOf(response)}` };
};

const serverOf = (response: Response): string => {
  const server = response.headers.get("server");
  return server === null ? "" : ` (${server})`;
};

/** The version in a health report, "" where it tells none, `undefined` where the text is no health report. */
const versionIn = (text: string): string | undefined => {
  try {
    const report = JSON.parse(text) as { readonly services?: unknown; readonly version?: unknown } | null;
    if (typeof report?.services !== "object") return undefined;
    return typeof report.version === "string" ? report.version : "";
  } catch {
    return undefined;
  }
};

/** The code of a failed `fetch`, which wraps what happened. */
const codeOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
};

const reasonOf = (health: Health, failure: Failure): string =>
  health.is === "other" ? `${health.reason}, and ${failure.reason}` : failure.reason;

type Failure = { readonly reason: string };

/** The account that an emulator pretends to be, if what a deployment needs is there. */
const accountOf = async (access: EmulatorAccess): Promise<string | Failure> => {
  const abortSignal = AbortSignal.timeout(ANSWER_MS);
  const sts = new STSClient({ ...access, maxAttempts: 1 });
  const cloudFormation = new CloudFormationClient({ ...access, maxAttempts: 1 });
  let service = "STS";
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand(), { abortSignal });
    if (Account === undefined || !/^\d{12}$/.test(Account)) return { reason: "STS names no account" };
    service = "CloudFormation";
    await cloudFormation.send(new ListStacksCommand(), { abortSignal });
    return Account;
  } catch {
    return { reason: `${service} does not answer there` };
  } finally {
    sts.destroy();
    cloudFormation.destroy();
  }
};
