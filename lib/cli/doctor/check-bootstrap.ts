import { type Finding, fail, ok } from "./finding.ts";
import type { SynthesizedStage } from "./synthesized-stage.ts";
import { profileOption, type Target } from "./target.ts";

type Bootstrap = {
  readonly needed: NonNullable<SynthesizedStage["bootstrap"]>;
  /** Value of the parameter that the CDK's bootstrap stack writes; undefined where there is none. */
  readonly found: string | undefined;
};

/** The name that the CDK gives to a bootstrap stack's resources where an app names no other. */
const USUAL_QUALIFIER = "hnb659fds";

const qualifierOption = (parameter: string): string => {
  const [, qualifier = USUAL_QUALIFIER] = /^\/cdk-bootstrap\/([^/]+)\//.exec(parameter) ?? [];
  return qualifier === USUAL_QUALIFIER ? "" : ` --qualifier ${qualifier}`;
};

/** Compares what `cdk bootstrap` left in the account with what the stage needs of it. */
export const checkBootstrap = ({ needed, found }: Bootstrap, account: string, target: Target): Finding => {
  const place = `account ${account} in ${target.region}`;
  const bootstrap = `npx cdk bootstrap aws://${account}/${target.region}${qualifierOption(needed.parameter)}${profileOption(target)}`;
  if (found === undefined) {
    return fail("bootstrap", `${place} must be bootstrapped once, got no parameter ${needed.parameter}`, bootstrap);
  }
  if (Number(found) >= needed.version) return ok("bootstrap", `version ${found}, needed is ${needed.version}`);
  return fail(
    "bootstrap",
    `${place} must be bootstrapped in version ${needed.version} or later, got ${found}`,
    bootstrap,
  );
};
