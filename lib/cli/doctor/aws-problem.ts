import type { Target } from "./target.ts";
import { awsOptions, profileOption } from "./target.ts";

/** Why a call of AWS failed, in a user's words. */
export type AwsProblem = {
  readonly kind: "credentials" | "clock" | "network" | "denied" | "throttled" | "other";
  readonly says: string;
  readonly next: readonly string[];
};

type Asked = {
  readonly target: Target;
  /** What was called, as IAM names it. */
  readonly action: string;
};

type Failure = { readonly name: string; readonly code: string; readonly message: string };
type Problem = {
  readonly kind: AwsProblem["kind"];
  readonly fits: (failure: Failure) => boolean;
  readonly says: (failure: Failure, asked: Asked) => string;
  readonly next: (failure: Failure, asked: Asked) => readonly string[];
};

/** Tells why a call failed; whatever it was, it ends in a sentence and what to do. */
export const awsProblem = (error: unknown, asked: Asked): AwsProblem => {
  const failure = failureOf(error);
  const problem = PROBLEMS.find(({ fits }) => fits(failure)) ?? UNKNOWN;
  return { kind: problem.kind, says: problem.says(failure, asked), next: problem.next(failure, asked) };
};

const failureOf = (error: unknown): Failure => {
  const { name, code, message, errors } = (error ?? {}) as Partial<Record<keyof Failure, unknown>> & {
    readonly errors?: readonly unknown[];
  };
  // Node tries each address of a name, and puts what each said in one error without words of its own.
  if (message === "" && errors !== undefined && errors.length > 0) return failureOf(errors[0]);
  const [firstLine = ""] = String(message ?? error).split("\n");
  const words = firstLine.replace(/\s*Deserialization error: .*$/, "").slice(0, 300);
  return { name: String(name ?? ""), code: String(code ?? ""), message: words };
};

const named =
  (...names: readonly string[]) =>
  ({ name, code }: Failure): boolean =>
    names.includes(name) || names.includes(code);

const said = ({ name, message }: Failure): string => `AWS says ${name}: ${message}`;

/** What failed was the search for credentials, and no call. */
const isOfProvider = named("CredentialsProviderError", "TokenProviderError");
const isExpired = named("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired");

const isClock = (failure: Failure): boolean =>
  named("RequestTimeTooSkewed", "RequestInTheFuture")(failure) ||
  /signature (expired|not yet current)/i.test(failure.message);

/** How to get fresh credentials, by where these came from. */
const renewal = ({ target }: Asked): readonly string[] =>
  target.profile === undefined && target.environment.AWS_ACCESS_KEY_ID
    ? ["set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew, or unset them to use a profile"]
    : [`aws sso login${profileOption(target)}   (or \`aws login\`, as the profile was made)`];

const setClock = (): readonly string[] => ["timedatectl set-ntp true   (on Linux; elsewhere set the clock)"];

/** The first that fits is told. */
const PROBLEMS: readonly Problem[] = [
  {
    kind: "clock",
    fits: isClock,
    says: (failure) => `this machine's clock is wrong, or the request took minutes: ${said(failure)}`,
    next: setClock,
  },
  {
    kind: "credentials",
    fits: (failure) =>
      isExpired(failure) || (isOfProvider(failure) && /expired|re-?authenticate|refresh/i.test(failure.message)),
    says: (failure) => `the credentials have expired (${failure.name}: ${failure.message})`,
    next: (_, asked) => renewal(asked),
  },
  {
    kind: "credentials",
    fits: (failure) => isOfProvider(failure) && /multi-factor|MFA/.test(failure.message),
    says: ({ message }) => `the CDK asks for a code of multi-factor authentication, the doctor does not: ${message}`,
    next: (_, { target }) => [`eval "$(aws configure export-credentials --format env${profileOption(target)})"`],
  },
  {
    kind: "credentials",
    fits: isOfProvider,
    says: (failure, { target }) => `there are no credentials${sought(target)}: ${failure.message}`,
    next: (_, { target }) => [
      `aws login${profileOption(target)}   (AWS CLI 2.32 or newer; or \`aws configure sso\`, or \`aws configure\` with an access key)`,
    ],
  },
  {
    kind: "credentials",
    fits: named("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"),
    says: (failure, { target }) =>
      `AWS does not know the access key, or the account has not enabled the region ${target.region} (${failure.name})`,
    next: (_, asked) => [
      ...renewal(asked),
      `aws account get-region-opt-status --region-name ${asked.target.region} --region us-east-1`,
    ],
  },
  {
    kind: "credentials",
    fits: named("SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"),
    says: (failure) => `the secret access key does not belong to the access key (${failure.name})`,
    next: (_, asked) => renewal(asked),
  },
  {
    kind: "denied",
    fits: ({ name }) => /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|OptInRequired)$/.test(name),
    says: (failure, { action }) => `the credentials may not call ${action}: ${failure.message}`,
    next: (_, { action, target }) => [
      `aws sts get-caller-identity${profileOption(target)}   (shows whose they are; allow ${action}, or use others)`,
    ],
  },
  {
    kind: "throttled",
    fits: named("Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"),
    says: (failure) => `AWS asks to slow down (${failure.name})`,
    next: () => ["npx sluice doctor   (again, in a minute)"],
  },
  {
    kind: "network",
    fits: ({ code, message }) =>
      code.startsWith("ERR_TLS") || /CERT|self-signed|unable to verify/i.test(code + message),
    says: ({ message }, { target }) => `the connection to ${whom(target)} is not trusted: ${message}`,
    next: () => ["export NODE_EXTRA_CA_CERTS=<file>   (the certificates of the proxy between here and AWS)"],
  },
  {
    kind: "network",
    fits: ({ name, code, message }) =>
      /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|EPROTO)$/.test(code) ||
      /TimeoutError|AbortError|RequestTimeout/.test(name) ||
      /socket hang up|ECONN|timed out/i.test(message),
    says: ({ message }, { target }) => `${whom(target)} cannot be reached: ${message}`,
    next: (_, { target }) => reachAgain(target),
  },
];

const UNKNOWN: Problem = {
  kind: "other",
  fits: () => true,
  says: ({ name, message }, { action, target }) => `${action} failed at ${whom(target)}: ${name} ${message}`.trim(),
  next: (_, { target }) =>
    target.endpoint === undefined
      ? [`aws sts get-caller-identity${awsOptions(target)}   (shows whether the AWS CLI fares better)`]
      : [`unset AWS_ENDPOINT_URL   (if you mean AWS itself; what answers there may not be an emulator of it)`],
};

const whom = ({ endpoint }: Target): string => (endpoint === undefined ? "AWS" : `${endpoint} (AWS_ENDPOINT_URL)`);

/** The doctor goes through no proxy; the CDK does. */
export const REACH_AWS =
  "connect this machine to the internet; where only a proxy leads there, npx cdk deploy --all --proxy <URL>";

const reachAgain = ({ endpoint }: Target): readonly string[] =>
  endpoint === undefined ? [REACH_AWS] : ["start the emulator, or unset AWS_ENDPOINT_URL to mean AWS itself"];

/** Where credentials were looked for: what is half set is the usual reason. */
const sought = ({ profile, environment }: Target): string => {
  const name = profile ?? environment.AWS_PROFILE;
  if (name !== undefined) return ` for profile ${name}`;
  const [key, secret] = [environment.AWS_ACCESS_KEY_ID, environment.AWS_SECRET_ACCESS_KEY];
  if (key && !secret) return " (AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not)";
  if (secret && !key) return " (AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not)";
  return "";
};
