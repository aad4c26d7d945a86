import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** What AWS begins the access key ids of temporary credentials with, such as an execution environment's. */
const PREFIX = "ASIA";

const CALLER = new RegExp(`^AWS4-HMAC-SHA256 Credential=(${PREFIX}[0-9A-F]{16})/`);

/** Makes the access key id of one environment: as on AWS, each has its own. */
export const newEnvironmentKey = (): string => `${PREFIX}${randomBytes(8).toString("hex").toUpperCase()}`;

/** Returns the access key id of the environment that sent a call; undefined where somebody else did. */
export const environmentOf = ({ headers }: Pick<IncomingMessage, "headers">): string | undefined =>
  CALLER.exec(headers.authorization ?? "")?.[1];
