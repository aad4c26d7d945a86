import { Annotations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";
import { findingsAt, type GuardFinding, sayWarning } from "../core/guard.ts";

/** Says the warnings among findings when the app is synthesized; `Annotations.of(…).acknowledgeWarning("sluice:<id>")` silences one. */
export const annotateWarnings = (construct: IConstruct, findings: readonly GuardFinding[]): void => {
  for (const finding of findingsAt("warn", findings)) {
    Annotations.of(construct).addWarningV2(`sluice:${finding.id}`, sayWarning(finding));
  }
};
