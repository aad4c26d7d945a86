import { ResponseType, type RestApi } from "aws-cdk-lib/aws-apigateway";
import { PROBLEMS, type ProblemCode, problem } from "../core/problem.ts";

type GatewayAnswer = {
  /** API Gateway's name of what went wrong. */
  readonly type: ResponseType;
  readonly code: ProblemCode;
  readonly detail: string;
  /** @default none */
  readonly retryAfterSeconds?: number;
};

/** What a client could be told by the function as well: it is told the same. */
const ANSWERS: readonly GatewayAnswer[] = [
  { type: ResponseType.BAD_REQUEST_BODY, code: "not-json", detail: "the body must be a JSON object" },
  { type: ResponseType.REQUEST_TOO_LARGE, code: "too-large", detail: "the request is larger than API Gateway takes" },
  {
    type: ResponseType.INTEGRATION_FAILURE,
    code: "unavailable",
    detail: "the API could not take the request; send it again",
    retryAfterSeconds: 1,
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    code: "unavailable",
    detail: "the API did not answer in time; send the request again",
    retryAfterSeconds: 1,
  },
  { type: ResponseType.DEFAULT_5XX, code: "internal", detail: "the request could not be worked on; the log says why" },
];

const PROBLEM_JSON = "'application/problem+json'";

/**
 * Lets a REST API's own answers be problem details, as the function's are.
 *
 * Those of no other kind have the type `about:blank`, which says that the status tells all.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const addGatewayAnswers = (api: RestApi): void => {
  for (const { type, code, detail, retryAfterSeconds } of ANSWERS) {
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: `${PROBLEMS[code].status}`,
      responseHeaders: {
        "Content-Type": PROBLEM_JSON,
        ...(retryAfterSeconds && { "Retry-After": `'${retryAfterSeconds}'` }),
      },
      templates: { "application/json": JSON.stringify(problem(code, detail)) },
    });
  }
  api.addGatewayResponse(ResponseType.DEFAULT_4XX.responseType, {
    type: ResponseType.DEFAULT_4XX,
    responseHeaders: { "Content-Type": PROBLEM_JSON },
    // The message comes in quotes of its own.
    templates: {
      "application/json":
        '{"type":"about:blank","title":$context.error.messageString,"reason":"$context.error.responseType"}',
    },
  });
};
