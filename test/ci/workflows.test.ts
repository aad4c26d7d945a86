import { describe, expect, it } from "vitest";
import { emulator } from "../../lib/cli/commands/emulator.ts";
import { textOf } from "../support/pages.ts";
import { shippedStages } from "../support/synthesize.ts";
import { HELP as SUITE_HELP } from "../targets/suite-options.ts";
import { HELP as TEMPLATES_HELP } from "../templates/templates-command.ts";
import { ACTIONS, commandsOf, jobsOf, stepsOf, textOfFile, WORKFLOWS, workflow } from "./workflow-files.ts";

const FILES = [...WORKFLOWS, ...ACTIONS];

/** Every command that the workflows run, as words. */
const COMMANDS = FILES.flatMap((file) =>
  stepsOf(file)
    .flatMap(commandsOf)
    .map((command) => command.replaceAll('"', "").split(/\s+/)),
);

const optionsIn = (words: readonly string[]): readonly string[] =>
  words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.replace(/^--|=.*$/g, ""));

describe("what the workflows run", () => {
  it("is npm, npx cdk, or what shows a file in the summary", () => {
    const others = COMMANDS.filter(([first]) => first !== "npm" && first !== "npx");

    expect(COMMANDS.length).toBeGreaterThan(10);
    expect(others.map(([first]) => first)).toEqual(["printf"]);
  });

  it("are scripts that package.json has, with options that they know", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
    const helps: Readonly<Record<string, string>> = {
      e2e: SUITE_HELP,
      emulator: emulator.help,
      templates: TEMPLATES_HELP,
    };
    const runs = COMMANDS.filter(([npm, verb]) => npm === "npm" && verb !== "ci").map(([, verb, name, ...rest]) =>
      verb === "run" ? { name: name ?? "", rest } : { name: verb ?? "", rest: [name, ...rest] },
    );

    const unknown = runs.filter(({ name }) => scripts[name] === undefined);
    const unknownOptions = runs.flatMap(({ name, rest }) =>
      optionsIn(rest.filter((word) => word !== undefined))
        .filter((option) => !new RegExp(`--${option}\\b`).test(helps[name] ?? ""))
        .map((option) => `${name} --${option}`),
    );

    expect(runs.length).toBeGreaterThan(8);
    expect(unknown).toEqual([]);
    expect(unknownOptions).toEqual([]);
  });

  it("are verbs and options of the CDK that is installed", () => {
    const registry = JSON.parse(textOf("node_modules/aws-cdk/lib/cli/cli-type-registry.json"));
    const runs = COMMANDS.filter(([first]) => first === "npx");

    const unknown = runs.flatMap(([, tool, verb = "", ...rest]) => {
      const known = { ...registry.globalOptions, ...registry.commands[verb]?.options };
      return tool === "cdk" && verb in registry.commands
        ? optionsIn(rest).filter((option) => !(option.replace(/^no-/, "") in known))
        : [`${tool} ${verb}`];
    });

    expect(runs.length).toBeGreaterThan(3);
    expect(unknown).toEqual([]);
  });

  it("is a command a step, so that each can be run alone", () => {
    const several = FILES.flatMap(stepsOf).filter((step) => commandsOf(step).length > 1 || step.run?.includes("&&"));

    expect(several).toEqual([]);
  });

  it("synthesizes every stage", () => {
    const synthesized = COMMANDS.filter(([, , verb]) => verb === "synth").map((words) => words.at(-1));

    expect(synthesized).toEqual(Object.keys(shippedStages).map((stage) => `stage=${stage}`));
  });

  it("deploys to AWS the stages that are made for it", () => {
    const { inputs } = workflow("workflows/deploy.yml").on.workflow_dispatch as {
      readonly inputs: { readonly stage: { readonly options: readonly string[] } };
    };

    expect(inputs.stage.options).toEqual(Object.keys(shippedStages).filter((stage) => stage !== "emulator"));
  });
});

describe.each(FILES)("%s", (file) => {
  it("pins every action of others by its commit, with the version beside it", () => {
    const uses = stepsOf(file).flatMap((step) => step.uses ?? []);
    const foreign = uses.filter((use) => !use.startsWith("./"));

    const lines = textOfFile(file)
      .split("\n")
      .filter((line) => /^\s*-?\s*uses:/.test(line) && !line.includes("uses: ./"));

    expect(uses.length).toBeGreaterThan(0);
    expect(lines).toHaveLength(foreign.length);
    expect(lines.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it("puts no expression into a shell's text, where an input could end the command", () => {
    expect(stepsOf(file).filter(({ run }) => run?.includes("${{"))).toEqual([]);
  });

  it("uses no secret", () => {
    expect(textOfFile(file)).not.toMatch(/\bsecrets\b/);
  });
});

describe.each(WORKFLOWS)("%s", (file) => {
  it("may only read the repository, unless a job says more", () => {
    expect(workflow(file).permissions).toEqual({ contents: "read" });
  });

  it("runs for no event that lends rights to a stranger's code", () => {
    const lending = ["pull_request_target", "workflow_run", "issue_comment", "issues"];

    expect(Object.keys(workflow(file).on).filter((event) => lending.includes(event))).toEqual([]);
  });

  it("has one run at a time for the same branch or stage", () => {
    expect(workflow(file).concurrency?.group).toMatch(/\$\{\{ (github\.ref|inputs\.stage) \}\}$/);
  });

  it.each(jobsOf(file))("ends job %s in time, on a machine that is named by its version", (_name, job) => {
    expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
    expect(job["runs-on"]).toMatch(/^ubuntu-\d+\.04$/);
  });

  it.each(jobsOf(file))("leaves no token behind in the files of job %s", (_name, { steps }) => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));

    expect(checkouts).toHaveLength(1);
    expect(checkouts[0]?.with).toMatchObject({ "persist-credentials": false });
  });
});

describe("access to AWS", () => {
  it("is only for jobs that deploy, each in an environment of its stage", () => {
    const all = WORKFLOWS.flatMap((file) => jobsOf(file).map(([name, job]) => ({ file, name, job })));

    const trusted = all.filter(({ job }) => job.permissions !== undefined);

    expect(trusted.map(({ file, name, job }) => [file, name, job.environment, job.permissions])).toEqual([
      ["workflows/deploy.yml", "diff", `\${{ inputs.stage }}-diff`, { contents: "read", "id-token": "write" }],
      ["workflows/deploy.yml", "deploy", `\${{ inputs.stage }}`, { contents: "read", "id-token": "write" }],
    ]);
    expect(Object.keys(workflow("workflows/deploy.yml").on)).toEqual(["workflow_dispatch"]);
  });

  it("comes after the difference was shown", () => {
    const deploy = workflow("workflows/deploy.yml").jobs.deploy;

    expect(deploy).toMatchObject({ needs: "diff" });
  });
});

describe("docs/ci.md", () => {
  it("names every command of the workflows", () => {
    const page = textOf("docs/ci.md");
    const commands = WORKFLOWS.flatMap(stepsOf)
      .flatMap(commandsOf)
      .filter((command) => command.startsWith("npm") || command.startsWith("npx"))
      .map((command) => command.replaceAll(/ --markdown "\$GITHUB_STEP_SUMMARY"|"/g, "").replace("$STAGE", "dev"));

    expect([...new Set(commands)].filter((command) => !page.includes(command))).toEqual([]);
  });

  it("shows the rights of a role by the stages' own names", () => {
    const page = textOf("docs/ci.md");

    expect(page).toContain('"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"');

    expect(page).toContain("stack/Sluice-dev-");
  });
});
