import type { HttpAnswer } from "./http-response.ts";
import type { RestApiSettings } from "./rest-world.ts";

/**
 * What a REST API answers by itself, by the type of answer that a template can change.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const REFUSALS = {
  BAD_REQUEST_BODY: { status: 400, message: "Invalid request body" },
  INVALID_API_KEY: { status: 403, message: "Forbidden" },
  MISSING_AUTHENTICATION_TOKEN: { status: 403, message: "Missing Authentication Token" },
  REQUEST_TOO_LARGE: { status: 413, message: "Request Too Long" },
  // The function failed, or answered what is no answer.
  DEFAULT_5XX: { status: 502, message: "Internal server error" },
  // The function could not be asked: no concurrency was left.
  INTEGRATION_FAILURE: { status: 500, message: "Internal server error" },
  INTEGRATION_TIMEOUT: { status: 504, message: "Endpoint request timed out" },
} as const;

export type Refusal = keyof typeof REFUSALS;

/** Returns an API's own answer, as its template has it or else as API Gateway does. */
export const restRefusal = ({ answers }: RestApiSettings, type: Refusal, requestId: string): HttpAnswer => {
  const { status, message } = REFUSALS[type];
  const own = answers.get(type) ?? answers.get(status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX");
  const values: Readonly<Record<string, string>> = {
    "$context.error.messageString": JSON.stringify(message),
    "$context.error.message": message,
    "$context.error.responseType": type,
    "$context.requestId": requestId,
  };
  const template = own?.template ?? '{"message":$context.error.messageString}';
  return {
    status: own?.status ?? status,
    headers: { "content-type": "application/json", ...own?.headers },
    body: Buffer.from(template.replace(VARIABLE, (variable) => values[variable] ?? variable)),
  };
};

const VARIABLE = /\$context(\.[A-Za-z]+)+/g;
const KNOWN = ["error.message", "error.messageString", "error.responseType", "requestId"];

/** Says which variables of a template are not known here. */
export const templateProblem = (template: string): string | undefined => {
  const known = KNOWN.map((name) => `$context.${name}`);
  const unknown = [...template.matchAll(VARIABLE)].map(([variable]) => variable).find((name) => !known.includes(name));
  return unknown && `is supported with the variables ${known.join(", ")}, not ${unknown}`;
};
