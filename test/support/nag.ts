import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, type IPolicyValidationContext, type PolicyValidationPluginReport, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, type IApplyRule, NagRuleCompliance } from "cdk-nag";
import { flags } from "./synthesize.ts";

export type NagReport = {
  /** What nobody acknowledged, each as `<rule> at <path>: <what is wrong>`. */
  readonly findings: readonly string[];
  readonly acknowledged: readonly Acknowledged[];
  /** What is acknowledged and is not found, each as `<rule> at <path>`. */
  readonly stale: readonly string[];
};

/** A rule that may be broken by a construct and what is below it. */
export type Acknowledged = { readonly rule: string; readonly path: string; readonly reason: string };

type Found = Pick<Acknowledged, "rule" | "path">;

/** Asks the AwsSolutions pack about an app, the way the CDK asks it of an app that has it as a plugin. */
export const nagOf = (fill: (app: App) => void): NagReport => {
  const outdir = mkdtempSync(join(tmpdir(), "sluice-nag-"));
  try {
    const app = new App({ outdir, analyticsReporting: false, context: { ...flags(), "aws:cdk:bundling-stacks": [] } });
    fill(app);
    const pack = new ListeningPack(app);
    Validations.of(app).addPlugins(pack);
    app.synth();
    const acknowledged = acknowledgedIn(app);
    return { findings: pack.findings, acknowledged, stale: acknowledged.filter(isStale(pack.found)).map(say) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

/** Remembers all that it found, acknowledged or not, and lets the synthesis go on. */
class ListeningPack extends AwsSolutionsChecks {
  readonly found: Found[] = [];
  findings: readonly string[] = ["the pack was never asked"];

  override validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    this.findings = super
      .validate(context)
      .violations.flatMap(({ ruleName, description, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}: ${description}`),
      );
    return { success: true, violations: [] };
  }

  protected override applyRule(params: IApplyRule): void {
    const rule = `${this.packName}-${params.ruleSuffixOverride}`;
    const { path } = params.node.node;
    const result = resultOf(params);
    if (result === NagRuleCompliance.NON_COMPLIANT) this.found.push({ rule, path });
    if (Array.isArray(result)) this.found.push(...result.map((finding) => ({ rule: `${rule}[${finding}]`, path })));
    super.applyRule(params);
  }
}

/** A rule that cannot read a resource throws; the pack takes it for broken. */
const resultOf = ({ rule, node }: IApplyRule): ReturnType<IApplyRule["rule"]> => {
  try {
    return rule(node);
  } catch {
    return NagRuleCompliance.NON_COMPLIANT;
  }
};

const acknowledgedIn = (app: App): readonly Acknowledged[] =>
  app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries<string>(data))
      .map(([id, reason]) => ({ rule: id.replace(/^Annotation::/, ""), path: node.path, reason })),
  );

const isStale =
  (found: readonly Found[]) =>
  ({ rule, path }: Acknowledged): boolean =>
    !found.some((it) => it.rule === rule && (it.path === path || it.path.startsWith(`${path}/`)));

const say = ({ rule, path }: Found): string => `${rule} at ${path}`;
