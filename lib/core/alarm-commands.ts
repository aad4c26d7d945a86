import type { Route } from "./routes.ts";
import type { ParsedStage } from "./settings.ts";

/** A deployed stage, as the commands of its alarms name it. */
export type AlarmedPlace = {
  readonly auth: ParsedStage["auth"];
  readonly region: string;
  /** With a slash at its end. */
  readonly apiUrl: string;
  readonly apiLogGroup: string;
  readonly scalerLogGroup: string;
  readonly scalerFunction: string;
  readonly tableName: string;
};

/** The commands that alarms name: each can be pasted into a shell that has AWS credentials. */
export type AlarmCommands = {
  /** Calls the API as somebody who may; a token or a key is in the shell's variable. @param path With its query, a slash first */
  readonly call: (method: Route["method"], path: string) => string;
  readonly apiLog: string;
  readonly scalerLog: string;
  readonly runScaler: string;
  readonly accountLimits: string;
  readonly describeTable: string;
};

// Only where there is a token: curl signs an empty header, which it then leaves out.
const signed = (region: string): string =>
  `--aws-sigv4 aws:amz:${region}:execute-api -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" ` +
  `\${AWS_SESSION_TOKEN:+-Hx-amz-security-token:$AWS_SESSION_TOKEN} `;

const AUTHORIZED: Readonly<Record<AlarmedPlace["auth"], (region: string) => string>> = {
  iam: signed,
  jwt: () => '-H "authorization: Bearer $TOKEN" ',
  apiKey: () => '-H "x-api-key: $API_KEY" ',
  public: () => "",
};

/** Returns the commands for one deployed stage. */
export const alarmCommands = (place: AlarmedPlace): AlarmCommands => ({
  call: (method, path) =>
    `curl -s ${method === "POST" ? "-X POST " : ""}${AUTHORIZED[place.auth](place.region)}'${place.apiUrl}${path.slice(1)}'`,
  apiLog: `aws logs tail ${place.apiLogGroup} --since 15m --region ${place.region}`,
  scalerLog: `aws logs tail ${place.scalerLogGroup} --since 15m --region ${place.region}`,
  runScaler: `aws lambda invoke --function-name ${place.scalerFunction} /dev/stdout --region ${place.region}`,
  accountLimits: `aws lambda get-account-settings --region ${place.region}`,
  describeTable: `aws dynamodb describe-table --table-name ${place.tableName} --region ${place.region}`,
});
