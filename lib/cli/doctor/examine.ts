import type { AppSource } from "../app-source.ts";
import type { AwsAccount, Caller } from "./aws-account.ts";
import { awsProblem } from "./aws-problem.ts";
import { checkBootstrap } from "./check-bootstrap.ts";
import { checkConcurrency } from "./check-concurrency.ts";
import { checkCredentials } from "./check-credentials.ts";
import { checkNode } from "./check-node.ts";
import { checkRegion, chooseRegion, isRegionName } from "./check-region.ts";
import { checkStacks } from "./check-stacks.ts";
import { checkStage, unsynthesized } from "./check-stage.ts";
import { type CheckName, type Finding, fail, ok, skip, warn } from "./finding.ts";
import type { Ports, Question } from "./question.ts";
import type { SynthesizedStage } from "./synthesized-stage.ts";
import type { Target } from "./target.ts";

/** What the doctor found, check by check. */
export type Examination = {
  readonly source: AppSource;
  readonly region: string;
  /** Undefined where AWS did not say. */
  readonly account: string | undefined;
  readonly findings: readonly Finding[];
};

/** Looks at everything that a deployment of a stage needs, and goes on where something is missing. */
export const examine = async (question: Question, ports: Ports): Promise<Examination> => {
  const node = checkNode(await ports.nodeVersions());
  const { stage, findings: staged } = await synthesized(question, ports);
  const endpoint = question.environment.AWS_ENDPOINT_URL || undefined;
  const chosen = await chooseRegion(question, ports);
  const region = await checkRegion({ chosen, stage, endpoint }, ports);
  const target: Target = { ...question, region: chosen.name, endpoint };
  const asked = isRegionName(chosen.name)
    ? await askAccount(target, ports, { stage, isReached: region.status !== "fail" })
    : { findings: [], account: undefined };
  return {
    source: question.source,
    region: chosen.name,
    account: asked.account,
    findings: inOrder([node, ...staged, region, ...asked.findings]),
  };
};

type Stage = { readonly stage: SynthesizedStage | undefined };

const synthesized = async (
  question: Question,
  ports: Ports,
): Promise<Stage & { readonly findings: readonly Finding[] }> => {
  try {
    const stage = await ports.synthesizedStage();
    return { stage, findings: checkStage(question, stage) };
  } catch (error) {
    return { stage: undefined, findings: [unsynthesized(error)] };
  }
};

type AskedAccount = { readonly account: string | undefined; readonly findings: readonly Finding[] };

/** Asks who the caller is, and of that account what the stage needs; without a region that answers, only for the first. */
const askAccount = async (
  target: Target,
  ports: Ports,
  { stage, isReached }: Stage & { readonly isReached: boolean },
): Promise<AskedAccount> => {
  const aws = ports.account(target.region);
  try {
    const caller = await aws.caller();
    const findings = checkCredentials(caller, target, stage?.stacks ?? []);
    if (!isReached || stage === undefined || findings.some(({ status }) => status === "fail")) {
      return { account: caller.account, findings };
    }
    return { account: caller.account, findings: [...findings, ...(await askStage(aws, caller, stage, target))] };
  } catch (error) {
    const { kind, says, next } = awsProblem(error, { target, action: "sts:GetCallerIdentity" });
    // That the network is not there is said already.
    if (!isReached && kind === "network") return { account: undefined, findings: [] };
    return { account: undefined, findings: [fail("credentials", says, ...next)] };
  }
};

const askStage = async (
  aws: AwsAccount,
  { account }: Caller,
  { bootstrap, mappings, stacks }: SynthesizedStage,
  target: Target,
): Promise<readonly Finding[]> => {
  const all = await Promise.all([
    attempt("bootstrap", "ssm:GetParameter", target, async () => {
      if (bootstrap === undefined) return [ok("bootstrap", "not needed")];
      return [checkBootstrap({ needed: bootstrap, found: await aws.parameter(bootstrap.parameter) }, account, target)];
    }),
    attempt("concurrency", "lambda:GetAccountSettings", target, async () => [
      checkConcurrency(await aws.concurrency(), mappings, target),
    ]),
    attempt("stacks", "cloudformation:DescribeStacks", target, async () => {
      const states = await Promise.all(stacks.map(({ name }) => aws.stack(name)));
      return checkStacks(
        stacks.map((stack, index) => ({ ...stack, state: states[index] })),
        target,
      );
    }),
  ]);
  return all.flat();
};

/** What cannot be seen stops no deployment by itself: another role may see it, and an emulator may not have it. */
const attempt = async (
  check: CheckName,
  action: string,
  target: Target,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> => {
  try {
    return await look();
  } catch (error) {
    const { kind, says, next } = awsProblem(error, { target, action });
    const isUnseen = kind === "denied" || kind === "throttled" || (kind === "other" && target.endpoint !== undefined);
    return [isUnseen ? warn(check, `cannot tell: ${says}`, ...next) : fail(check, says, ...next)];
  }
};

const ORDER: readonly CheckName[] = ["node", "stage", "region", "credentials", "bootstrap", "concurrency", "stacks"];

/** Sorts findings by check, and names the checks that others stand before. */
const inOrder = (findings: readonly Finding[]): readonly Finding[] => {
  const failed = new Set(findings.filter(({ status }) => status === "fail").map(({ check }) => check));
  return ORDER.flatMap((check) => {
    const own = findings.filter((finding) => finding.check === check);
    return own.length > 0 ? own : [skip(check, `needs first: ${[...failed].join(", ")}`)];
  });
};
