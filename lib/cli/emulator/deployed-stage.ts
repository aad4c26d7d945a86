import { CloudFormationClient, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { WORKER_VARIABLES } from "../../core/environment.ts";
import { SluiceError } from "../../core/errors.ts";
import { readAssembly, type Stack } from "../../local/assembly.ts";
import type { EmulatorAccess } from "./emulator-access.ts";
import type { DeployedJobType } from "./emulator-state.ts";

/** The HTTP API of a stage, as API Gateway knows it: of its second version, or a REST API with its stage. */
export type DeployedApi =
  | { readonly is: "http"; readonly id: string }
  | { readonly is: "rest"; readonly id: string; readonly stageName: string };

/** What a deployed stage is called on its emulator. */
export type DeployedStage = {
  readonly api: DeployedApi;
  readonly tableName: string;
  readonly bucketName: string;
  readonly jobTypes: Readonly<Record<string, DeployedJobType>>;
};

type Resource = { readonly type: string; readonly logicalId: string; readonly id: string };

/**
 * Asks an emulator what it made of an assembly's stacks.
 *
 * @throws ResourceMissing where it left out what a stage cannot do without
 */
export const readDeployedStage = async (access: EmulatorAccess, assemblyFolder: string): Promise<DeployedStage> => {
  const stacks = await readAssembly(assemblyFolder);
  const resources = await resourcesOf(access, stacks);
  return {
    api: apiOf(stacks, resources),
    tableName: one(resources, /^AWS::DynamoDB::(Global)?Table$/).id,
    bucketName: one(resources, /^AWS::S3::Bucket$/).id,
    jobTypes: await jobTypesOf(access, resources),
  };
};

const resourcesOf = async (access: EmulatorAccess, stacks: readonly Stack[]): Promise<readonly Resource[]> => {
  const client = new CloudFormationClient(access);
  const resources: Resource[] = [];
  for (const { name } of stacks) {
    for await (const page of paginateListStackResources({ client }, { StackName: name })) {
      for (const {
        ResourceType: type,
        LogicalResourceId: logicalId,
        PhysicalResourceId: id,
      } of page.StackResourceSummaries ?? []) {
        if (type !== undefined && logicalId !== undefined && id !== undefined) resources.push({ type, logicalId, id });
      }
    }
  }
  client.destroy();
  return resources;
};

const one = (resources: readonly Resource[], type: RegExp): Resource => {
  const found = resources.find((resource) => type.test(resource.type));
  if (found !== undefined) return found;
  throw new SluiceError("ResourceMissing", `the emulator must have made a resource of type ${type.source}, got none`, {
    hint: "see the emulator's own log; docs/targets.md tells which emulators have what a stage needs",
  });
};

const apiOf = (stacks: readonly Stack[], resources: readonly Resource[]): DeployedApi => {
  const api = one(resources, /^AWS::(ApiGatewayV2::Api|ApiGateway::RestApi)$/);
  if (api.type === "AWS::ApiGatewayV2::Api") return { is: "http", id: api.id };
  const stages = stacks
    .flatMap(({ template }) => Object.values(template.resources))
    .filter(({ type }) => type === "AWS::ApiGateway::Stage");
  return { is: "rest", id: api.id, stageName: String(stages[0]?.properties.StageName ?? "prod") };
};

const jobTypesOf = async (
  access: EmulatorAccess,
  resources: readonly Resource[],
): Promise<Readonly<Record<string, DeployedJobType>>> => {
  const client = new LambdaClient(access);
  const functions = resources.filter(({ type }) => type === "AWS::Lambda::Function");
  const variables = await Promise.all(
    functions.map(async ({ id }) => {
      const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: id }));
      return [id, Environment?.Variables ?? {}] as const;
    }),
  );
  client.destroy();
  const workers = variables.filter(([, values]) => values[WORKER_VARIABLES.jobType] !== undefined);
  return Object.fromEntries(
    workers.map(([id, values]) => [values[WORKER_VARIABLES.jobType], jobTypeOf(id, values)] as const),
  );
};

const jobTypeOf = (workerName: string, variables: Readonly<Record<string, string>>): DeployedJobType => {
  const queueUrl = variables[WORKER_VARIABLES.queueUrl] ?? "";
  const deadLetterQueueUrl = variables[WORKER_VARIABLES.deadLetterQueueUrl] ?? "";
  return {
    queueName: nameOf(queueUrl),
    queueUrl,
    deadLetterQueueName: nameOf(deadLetterQueueUrl),
    deadLetterQueueUrl,
    workerName,
  };
};

const nameOf = (queueUrl: string): string => queueUrl.slice(queueUrl.lastIndexOf("/") + 1);
