import type { AppSource } from "../app-source.ts";

/** Where a deployment would go, as the command line and the environment say. */
export type Target = {
  readonly source: AppSource;
  readonly region: string;
  /** Of AWS's shared configuration. @default the one that the environment names, or `default` */
  readonly profile: string | undefined;
  /** Who answers in place of AWS, as `AWS_ENDPOINT_URL` says. */
  readonly endpoint: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
};

/** Returns the option that leads a command to the same account as the doctor. */
export const profileOption = ({ profile }: Pick<Target, "profile">): string =>
  profile === undefined ? "" : ` --profile ${profile}`;

/** Returns the options by which the CDK deploys the same app to the same account. */
export const cdkOptions = (target: Pick<Target, "profile" | "source">): string =>
  `${sourceOption(target.source)}${profileOption(target)}`;

const sourceOption = (source: AppSource): string => {
  if (source.kind === "assembly") return ` --app ${source.folder}`;
  return source.stage === undefined ? "" : ` -c stage=${source.stage}`;
};

/** Returns the options that lead a command of the AWS CLI to the target's account and region. */
export const awsOptions = (target: Pick<Target, "profile" | "region">): string =>
  ` --region ${target.region}${profileOption(target)}`;

/** Says where the settings of a stage are written, in this project or in an app of somebody's own. */
export const inSettings = ({ kind }: AppSource): string =>
  kind === "stage" ? "in bin/stages.ts" : "in the settings of the stage";
