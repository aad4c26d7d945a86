import { isSluiceError } from "../core/errors.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { emulator } from "./commands/emulator.ts";
import { start } from "./commands/start.ts";
import { UsageError } from "./options.ts";
import { IS_PROJECT } from "./project.ts";

/** A verb of the command line. Resolves to the exit code: 0 done, 1 failed, 2 used wrongly, 130 interrupted. */
export type Command = {
  readonly summary: string;
  readonly help: string;
  readonly run: (args: readonly string[], environment: NodeJS.ProcessEnv) => Promise<number>;
};

const COMMANDS: Readonly<Record<string, Command>> = { start, demo, doctor, emulator };

/** What the package offers in somebody's app; the others need this project's stages. */
const PACKAGED: readonly string[] = ["start", "doctor"];

const OFFERED = Object.entries(COMMANDS).filter(([name]) => IS_PROJECT || PACKAGED.includes(name));

const usage = (): string => {
  const width = Math.max(...OFFERED.map(([name]) => name.length)) + 2;
  const lines = OFFERED.map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`);
  return `Usage: sluice <command> [options]\n\nCommands:\n${lines.join("\n")}\n\n\`sluice <command> --help\` tells its options.`;
};

/** Runs the command line; every error that a user can mend ends in a message, never in a stack trace. */
export const main = async (args: readonly string[]): Promise<number> => {
  const [name = "--help", ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    console.log(usage());
    return 0;
  }
  const [, command] = OFFERED.find(([offered]) => offered === name) ?? [];
  if (command === undefined) return refuse(`there is no command ${JSON.stringify(name)}`, "`sluice --help` lists them");
  if (rest.includes("--help") || rest.includes("-h")) {
    console.log(command.help);
    return 0;
  }
  try {
    return await command.run(rest, process.env);
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.message, `\`sluice ${name} --help\` tells the options`);
    if (!isSluiceError(error)) throw error;
    console.error(`error: ${error.message}`);
    if (error.hint !== undefined) console.error(`hint: ${error.hint}`);
    return 1;
  }
};

const refuse = (message: string, hint: string): number => {
  console.error(`error: ${message}\nhint: ${hint}`);
  return 2;
};
