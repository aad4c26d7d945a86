import type { AppSource } from "../app-source.ts";
import type { AwsAccount } from "./aws-account.ts";
import type { SynthesizedStage } from "./synthesized-stage.ts";

/** What a user asks the doctor about. */
export type Question = {
  readonly source: AppSource;
  /** Named on the command line. @default what the environment or the profile says */
  readonly region: string | undefined;
  readonly profile: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
};

/** Versions of Node, without a leading v. */
export type NodeVersions = {
  readonly running: string;
  /** Of the Node that the project brings; undefined where it is not installed. */
  readonly own: string | undefined;
  /** The least that the project's scripts need: `engines.node` of its package. */
  readonly needed: string;
};

/** Whether a name is known to DNS; `unreachable` where nobody answered. */
export type HostAnswer = "known" | "unknown" | "unreachable";

/** What the doctor looks at, this machine and AWS alike. */
export type Ports = {
  readonly nodeVersions: () => Promise<NodeVersions>;
  /** @throws SluiceError where the app cannot be synthesized */
  readonly synthesizedStage: () => Promise<SynthesizedStage>;
  /** The region of a profile of AWS's shared configuration. */
  readonly regionOfProfile: () => Promise<string | undefined>;
  readonly host: (name: string) => Promise<HostAnswer>;
  readonly account: (region: string) => AwsAccount;
};
