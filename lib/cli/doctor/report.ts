import { type AppSource, sourceTitle } from "../app-source.ts";
import type { Examination } from "./examine.ts";
import type { Finding, FindingStatus } from "./finding.ts";
import { cdkOptions } from "./target.ts";

const LABEL_WIDTH = 13;

/** Writes an examination for people: one line a finding, and below it what to do. */
export const reportText = ({ source, findings }: Examination): string =>
  [`Sluice doctor, ${sourceTitle(source)}`, ...findings.flatMap(linesOf), summaryOf(findings, source)].join("\n");

const linesOf = ({ status, check, says, next }: Finding): readonly string[] => {
  const indent = " ".repeat("  fail  ".length + LABEL_WIDTH);
  return [
    `  ${status}  ${check.padEnd(LABEL_WIDTH)}${says.replaceAll("\n", `\n${indent}`)}`.replace("  ok  ", "  ok    "),
    ...next.map((step) => `${indent}-> ${step}`),
  ];
};

const summaryOf = (findings: readonly Finding[], source: AppSource): string => {
  const [failures, warnings] = [countOf(findings, "fail"), countOf(findings, "warn")];
  const counts = `${counted(failures, "failure")}, ${counted(warnings, "warning")}`;
  return failures > 0
    ? `${counts}: mend what failed, then look again`
    : `${counts}: npx cdk deploy --all${cdkOptions({ source, profile: undefined })}`;
};

const countOf = (findings: readonly Finding[], status: FindingStatus): number =>
  findings.filter((finding) => finding.status === status).length;

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Tells whether nothing stands in the way of a deployment; warnings do not. */
export const isFit = ({ findings }: Examination): boolean => countOf(findings, "fail") === 0;

/** Writes an examination for programs. */
export const reportJson = (examination: Examination): string => {
  const { source, region, account = null, findings } = examination;
  return JSON.stringify(
    { app: sourceTitle(source), region, account, isFit: isFit(examination), findings },
    undefined,
    2,
  );
};
