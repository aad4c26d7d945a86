import type { EmulatorDeployment, EmulatorProbe, EmulatorState } from "./emulator-state.ts";

const NAMES = { ministack: "MiniStack", localstack: "LocalStack", other: "an AWS emulator" } as const;

/** Names an emulator with its version, where it tells one. */
export const emulatorTitle = ({ kind, version }: Pick<EmulatorState, "kind" | "version">): string =>
  version === undefined ? NAMES[kind] : `${NAMES[kind]} ${version}`;

/** What a user of a stage on an emulator has to know. */
export const deploymentReport = (state: EmulatorState, deployment: EmulatorDeployment): string =>
  [
    `Sluice, stage ${deployment.stage}, on ${emulatorTitle(state)}`,
    `  API    ${deployment.apiUrl}   (GET ${deployment.apiUrl}/openapi.json describes it)`,
    `  AWS    ${state.endpoint}   (region ${deployment.region}, any credentials)`,
    `  table  ${deployment.tableName}`,
    ...Object.entries(deployment.jobTypes).map(([type, { queueName }]) => `  queue  ${queueName}   (${type})`),
    ...processLines(state),
    "what it does of what a stage uses:",
    ...probeLines(deployment.probes),
    ...("profile-csv" in deployment.jobTypes ? ["submit a job:", `  ${curlOf(deployment)}`] : []),
  ].join("\n");

const processLines = ({ process: own }: EmulatorState): readonly string[] =>
  own === undefined
    ? ["  runs   by itself: `sluice emulator` did not start it and does not stop it"]
    : [
        `  runs   as process ${own.pid} until \`npm run emulator -- --stop\`; all data is in its memory`,
        `  log    ${own.logFile}`,
      ];

const probeLines = (probes: readonly EmulatorProbe[]): readonly string[] =>
  probes.map(
    ({ name, works, meaning }) => `  ${works === null ? "?  " : works ? "yes" : "no "} ${name.padEnd(20)} ${meaning}`,
  );

const curlOf = ({ apiUrl }: EmulatorDeployment): string =>
  `curl -s ${apiUrl}/jobs/profile-csv -H 'content-type: application/json' -d '{"input":{"text":"city,people\\nParis,2100000"}}'`;
