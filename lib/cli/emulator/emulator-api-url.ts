import { SluiceError } from "../../core/errors.ts";
import type { DeployedApi } from "./deployed-stage.ts";

/** A first request starts the api function. */
const FIRST_ANSWER_MS = 60_000;
/** What the API says where it is: its own document, or that it wants to know who asks. */
const ANSWERS = [200, 401, 403];

/**
 * Returns where emulators answer for an API, the likeliest first, each without a slash at its end.
 *
 * The stack's own output names a host of AWS, which no emulator is.
 */
export const emulatorApiUrls = (endpoint: string, api: DeployedApi): readonly string[] =>
  api.is === "http"
    ? [`${endpoint}/_aws/execute-api/${api.id}`, `${endpoint}/_aws/execute-api/${api.id}/$default`]
    : [
        `${endpoint}/restapis/${api.id}/${api.stageName}/_user_request_`,
        `${endpoint}/_aws/execute-api/${api.id}/${api.stageName}`,
      ];

/** Finds the address at which an emulator really answers for an API. @throws ApiSilent */
export const emulatorApiUrl = async (endpoint: string, api: DeployedApi): Promise<string> => {
  const urls = emulatorApiUrls(endpoint, api);
  const got: string[] = [];
  for (const url of urls) {
    const answer = await statusOf(`${url}/openapi.json`);
    if (typeof answer === "number" && ANSWERS.includes(answer)) return url;
    got.push(`${answer} at ${url}`);
  }
  const hint =
    api.is === "http"
      ? 'see the emulator\'s log; where it has no HTTP APIs, set `front: "rest"` for the stage in bin/stages.ts'
      : "see the emulator's log";
  throw new SluiceError("ApiSilent", `the emulator must answer for the deployed API, got ${got.join(", ")}`, { hint });
};

const statusOf = async (url: string): Promise<number | string> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FIRST_ANSWER_MS) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return "no answer";
  }
};
