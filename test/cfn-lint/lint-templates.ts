import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonEnvironment } from "../../lib/cli/python-environment.ts";
import { runCommand } from "../../lib/cli/run-command.ts";
import { SluiceError } from "../../lib/core/errors.ts";

export type TemplatesToLint = {
  /** By name, such as `dev.data`; each called once cfn-lint is there. */
  readonly templates: Readonly<Record<string, () => object>>;
  readonly cacheFolder: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
};

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * Runs cfn-lint over templates, in a Python environment of its own, and says what it finds.
 *
 * @returns whether it finds nothing
 * @throws SluiceError where Python or cfn-lint cannot be had
 */
export const lintTemplates = async ({
  templates,
  cacheFolder,
  say,
  environment,
}: TemplatesToLint): Promise<boolean> => {
  const python = { name: "cfn-lint", requirementsFile: file("requirements.txt"), cacheFolder, say };
  const binFolder = await pythonEnvironment({ ...python, ...(environment && { environment }) });
  const folder = await mkdtemp(join(tmpdir(), "sluice-lint-"));
  try {
    const names = Object.keys(templates).map((name) => `${name}.json`);
    for (const [name, template] of Object.entries(templates)) {
      await writeFile(join(folder, `${name}.json`), JSON.stringify(template(), null, 2));
    }
    const args = ["--config-file", file(".cfnlintrc.yaml"), "--format", "parseable", "--template", ...names];
    const { code, lines } = await runCommand({ command: join(binFolder, "cfn-lint"), args, folder, onLine: say });
    if (code === undefined || code === null) throw stopped(lines);
    return code === 0;
  } finally {
    await rm(folder, { recursive: true });
  }
};

const stopped = (lines: readonly string[]): SluiceError =>
  new SluiceError("LintStopped", `cfn-lint must run to its end, got ${lines.at(-1) ?? "no answer"}`, {
    hint: "delete node_modules/.cache/sluice/cfn-lint, and run it again",
  });
