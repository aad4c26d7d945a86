import { CASE_NAMES, EXPECTATIONS, expectationOf, TARGETS } from "./expectations.ts";

/** What surrounds the table in docs/targets.md. */
export const SECTION_START = "<!-- expectations -->";
export const SECTION_END = "<!-- /expectations -->";

/** Writes the table of expectations in Markdown: a tick, or the number of a reason that stands below. */
export const expectationsSection = (): string => {
  const reasons: string[] = [];
  const cell = (name: (typeof CASE_NAMES)[number], target: (typeof TARGETS)[number]): string => {
    const expectation = expectationOf(name, target);
    if (expectation.isExpected) return "yes";
    if (!reasons.includes(expectation.because)) reasons.push(expectation.because);
    return `no (${reasons.indexOf(expectation.because) + 1})`;
  };
  const rows = CASE_NAMES.map(
    (name) => `| ${EXPECTATIONS[name].does} | ${TARGETS.map((target) => cell(name, target)).join(" | ")} |`,
  );
  return [
    SECTION_START,
    "",
    `| the stage | ${TARGETS.join(" | ")} |`,
    `|---|${TARGETS.map(() => "---|").join("")}`,
    ...rows,
    "",
    ...reasons.map((reason, index) => `${index + 1}. ${reason}`),
    "",
    SECTION_END,
  ].join("\n");
};

/** Finds the section in a page; undefined where its marks are missing. */
export const sectionIn = (page: string): string | undefined => {
  const [start, end] = [page.indexOf(SECTION_START), page.indexOf(SECTION_END)];
  return start === -1 || end < start ? undefined : page.slice(start, end + SECTION_END.length);
};
