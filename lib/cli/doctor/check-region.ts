import { REACH_AWS } from "./aws-problem.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import type { HostAnswer, Ports, Question } from "./question.ts";
import type { SynthesizedStage } from "./synthesized-stage.ts";

/** A region, and who named it. */
export type ChosenRegion = {
  readonly name: string;
  readonly source: string;
  /** What `cdk deploy` will take, if that is another one. */
  readonly deployed: string | undefined;
};

/** Where the CDK looks for a region, in its order; a profile comes after them. */
const VARIABLES = ["AWS_REGION", "AMAZON_REGION", "AWS_DEFAULT_REGION", "AMAZON_DEFAULT_REGION"] as const;
/** What the CDK takes where nobody names a region. */
const FALLBACK = "us-east-1";

/** Tells whether a name could be a region's. */
export const isRegionName = (name: string): boolean => /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(name);

/** Finds the region as `cdk deploy` finds it. */
export const chooseRegion = async (
  question: Question,
  ports: Pick<Ports, "regionOfProfile">,
): Promise<ChosenRegion> => {
  const { environment, region } = question;
  const found = await regionOfEnvironment(environment, ports);
  if (region === undefined) return { ...found, deployed: undefined };
  return { name: region, source: "--region", deployed: region === found.name ? undefined : found.name };
};

const regionOfEnvironment = async (
  environment: NodeJS.ProcessEnv,
  ports: Pick<Ports, "regionOfProfile">,
): Promise<{ readonly name: string; readonly source: string }> => {
  const variable = VARIABLES.find((name) => environment[name]);
  if (variable !== undefined) return { name: environment[variable] ?? "", source: variable };
  const name = await ports.regionOfProfile();
  return name === undefined ? { name: FALLBACK, source: "nobody" } : { name, source: "the profile" };
};

/** The start of a service's host name, by the start of its resources' types. */
const HOSTS: Readonly<Record<string, string>> = {
  ApiGateway: "apigateway",
  ApiGatewayV2: "apigateway",
  CloudWatch: "monitoring",
  DynamoDB: "dynamodb",
  Lambda: "lambda",
  Logs: "logs",
  S3: "s3",
  Scheduler: "scheduler",
  SecretsManager: "secretsmanager",
  SNS: "sns",
  SQS: "sqs",
};
/** What a deployment itself calls. */
const DEPLOYMENT_HOSTS = ["cloudformation", "ssm"] as const;

/** The domain of a region's partition; those of the isolated ones are not asked for. */
const domainOf = (region: string): string | undefined => {
  if (region.startsWith("us-iso") || region.startsWith("eu-iso")) return undefined;
  if (region.startsWith("cn-")) return "amazonaws.com.cn";
  return region.startsWith("eusc-") ? "amazonaws.eu" : "amazonaws.com";
};

type Asked = {
  readonly chosen: ChosenRegion;
  readonly stage: SynthesizedStage | undefined;
  readonly endpoint: string | undefined;
};

/** Tells whether a region is set, is one of AWS's, and has the services that the stage uses. */
export const checkRegion = async (asked: Asked, ports: Pick<Ports, "host">): Promise<Finding> => {
  const { chosen, endpoint, stage } = asked;
  const { name, source } = chosen;
  if (!isRegionName(name)) {
    return fail("region", `region must look like eu-west-1, got ${JSON.stringify(name)} (${source})`, CHOOSE);
  }
  const elsewhere = stage?.stacks.find(({ region }) => region !== undefined && region !== name);
  if (elsewhere !== undefined) {
    const says = `${elsewhere.name} goes to ${elsewhere.region}, whatever is set; looked at was ${name} (${source})`;
    return fail("region", says, `npx sluice doctor --region ${elsewhere.region}`);
  }
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    const says = `AWS_ENDPOINT_URL must be a URL, got ${JSON.stringify(endpoint)}`;
    return fail("region", says, "export AWS_ENDPOINT_URL=http://127.0.0.1:4566   (or unset it to mean AWS itself)");
  }
  if (endpoint !== undefined) return choiceOf(chosen, `${name} (${source}); asked is ${endpoint}, not AWS`);
  return await atAws(asked, ports);
};

const CHOOSE = "export AWS_REGION=eu-west-1   (or another; `aws account list-regions` lists those of the account)";

const atAws = async ({ chosen, stage }: Asked, ports: Pick<Ports, "host">): Promise<Finding> => {
  const { name, source } = chosen;
  const domain = domainOf(name);
  if (domain === undefined) return choiceOf(chosen, `${name} (${source})`);
  const first = await ports.host(`sts.${name}.${domain}`);
  if (first !== "known") return await unreached(chosen, domain, first, ports);
  const services = [...new Set([...DEPLOYMENT_HOSTS, ...(stage?.resourceTypes ?? []).flatMap(hostOf)])];
  const answers = await Promise.all(services.map((service) => ports.host(`${service}.${name}.${domain}`)));
  const missing = services.filter((_, index) => answers[index] === "unknown");
  if (missing.length === 0) return choiceOf(chosen, `${name} (${source}), which has the services of the stage`);
  return fail(
    "region",
    `${name} (${source}) must have every service of the stage, got none of: ${missing.join(", ")}`,
    CHOOSE,
  );
};

const hostOf = (resourceType: string): readonly string[] => {
  const host = HOSTS[resourceType.split("::")[1] ?? ""];
  return host === undefined ? [] : [host];
};

/** A region's name that nobody knows is wrong only if another one is known: otherwise there is no network. */
const unreached = async (
  { name, source }: ChosenRegion,
  domain: string,
  answer: HostAnswer,
  ports: Pick<Ports, "host">,
): Promise<Finding> => {
  const isReachable = answer === "unknown" && (await ports.host(`sts.amazonaws.com`)) === "known";
  if (isReachable)
    return fail("region", `region must be one of AWS's, got ${JSON.stringify(name)} (${source})`, CHOOSE);
  const says = `AWS cannot be reached: DNS does not know sts.${name}.${domain}, nor any other host of AWS`;
  return fail("region", says, REACH_AWS);
};

const choiceOf = ({ name, source, deployed }: ChosenRegion, says: string): Finding => {
  if (deployed !== undefined) {
    return warn("region", `${says}; \`cdk deploy\` would take ${deployed}`, `export AWS_REGION=${name}`);
  }
  if (source !== "nobody") return ok("region", says);
  return warn("region", `no region is set, so \`cdk deploy\` takes ${name}`, CHOOSE);
};
