import type { Caller } from "./aws-account.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import type { SynthesizedStack } from "./synthesized-stage.ts";
import type { Target } from "./target.ts";

/** AWS refuses what is signed five minutes off. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
const REFUSED_SECONDS = 300;
const WORTH_SAYING_SECONDS = 60;

/** Tells whose the credentials are, and whether they and this machine's clock will do. */
export const checkCredentials = (
  { account, arn, clockAheadSeconds = 0 }: Caller,
  target: Target,
  stacks: readonly SynthesizedStack[],
): readonly Finding[] => [
  whose(account, arn, target, stacks),
  ...(Math.abs(clockAheadSeconds) < WORTH_SAYING_SECONDS ? [] : [clock(clockAheadSeconds)]),
];

const whose = (account: string, arn: string, { endpoint }: Target, stacks: readonly SynthesizedStack[]): Finding => {
  const says = `account ${account}, ${arn}`;
  const elsewhere = stacks.find((stack) => stack.account !== undefined && stack.account !== account);
  if (elsewhere !== undefined) {
    const next = `aws login   (to account ${elsewhere.account}, or change \`env\` of the stack)`;
    return fail(
      "credentials",
      `${elsewhere.name} goes to account ${elsewhere.account}, the credentials are of ${says}`,
      next,
    );
  }
  // Emulators take everybody for root.
  if (endpoint !== undefined || !arn.endsWith(":root")) return ok("credentials", says);
  return warn(
    "credentials",
    `${says}: the root user may not assume the roles that \`cdk bootstrap\` makes`,
    "aws login   (as a user or role of IAM Identity Center or IAM with administrator rights)",
  );
};

const clock = (aheadSeconds: number): Finding => {
  const size = Math.abs(aheadSeconds);
  const direction = aheadSeconds > 0 ? "ahead of" : "behind";
  return warn(
    "credentials",
    `this machine's clock is ${size} s ${direction} AWS's, which refuses calls from ${REFUSED_SECONDS} s on`,
    "timedatectl set-ntp true   (on Linux; elsewhere set the clock)",
  );
};
