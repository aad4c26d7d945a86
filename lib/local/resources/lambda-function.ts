import { LAMBDA_MAX_TIMEOUT_SECONDS, LAMBDA_MEMORY_MIB } from "../../core/limits.ts";
import { arnOf } from "../aws.ts";
import { handlerFile } from "../lambda/handler-file.ts";
import type { World } from "../world.ts";
import { boundedOf, invalid, nameOf, objectOf, optionalNumberOf, optionalTextOf, textOf } from "./properties.ts";
import type { Resource, ResourceType } from "./resource-type.ts";
import { cases, differs, fields, honoured, inert, only, type Treatment } from "./treatment.ts";

const otherNode: Treatment = differs("it runs on the Node.js of this process");

export const lambdaFunction: ResourceType = {
  type: "AWS::Lambda::Function",
  properties: {
    FunctionName: honoured,
    Code: fields({ S3Bucket: honoured, S3Key: honoured, SourceKMSKeyArn: inert }),
    Handler: honoured,
    Environment: fields({ Variables: honoured }),
    MemorySize: honoured,
    Timeout: honoured,
    ReservedConcurrentExecutions: honoured,
    PackageType: only("Zip"),
    Runtime: cases({ "nodejs24.x": honoured, "nodejs22.x": otherNode, "nodejs20.x": otherNode }),
    LoggingConfig: fields({
      LogGroup: honoured,
      LogFormat: cases({
        Text: honoured,
        JSON: differs("what a function prints comes out as it is, not wrapped in JSON"),
      }),
      ApplicationLogLevel: differs("all levels are printed"),
      SystemLogLevel: differs("Lambda's own lines are not printed"),
    }),
    Role: differs("IAM is not enforced here: every call is allowed"),
    Architectures: inert,
    CodeSigningConfigArn: inert,
    Description: inert,
    EphemeralStorage: differs("/tmp is this machine's own"),
    KmsKeyArn: inert,
    RecursiveLoop: cases({ Allow: honoured, Terminate: differs("loops are not detected") }),
    RuntimeManagementConfig: inert,
    Tags: inert,
    TracingConfig: differs("nothing is traced"),
  },
  attributes: ["Arn"],
  differences: [
    { about: "CPU", why: "functions share this machine's cores, whatever their memory" },
    { about: "memory", why: "MemorySize bounds JavaScript's heap alone" },
    { about: "between invocations", why: "an idle environment goes on running; Lambda freezes it" },
    { about: "time-out", why: "a thread ends where V8 looks for it: a rare loop of built-in functions alone goes on" },
    { about: "time zone", why: "it is this machine's; Lambda's is UTC" },
    { about: "Lambda's API", why: "its calls are not throttled; AWS takes 15 control calls a second" },
    { about: "asynchronous invocations", why: "events that wait for another attempt are lost when the run stops" },
  ],
  create: (resource, world) => {
    const name = nameOf(resource, "FunctionName", 64);
    const arn = arnOf("lambda", `function:${name}`);
    const codeFolder = codeFolderOf(resource, world);
    const handler = textOf(resource, "Handler");
    const found = handlerFile(codeFolder, handler);
    if (found === undefined)
      throw invalid(resource, "Handler", `name a module and an export in ${codeFolder}`, handler);
    world.functions.set(arn, {
      name,
      arn,
      logicalId: resource.logicalId,
      handler,
      handlerUrl: found.url,
      handlerName: found.exportName,
      codeFolder,
      memoryMiB: boundedOf(resource, "MemorySize", { ...LAMBDA_MEMORY_MIB, fallback: LAMBDA_MEMORY_MIB.min }),
      timeoutSeconds: boundedOf(resource, "Timeout", { min: 1, max: LAMBDA_MAX_TIMEOUT_SECONDS, fallback: 3 }),
      variables: variablesOf(resource),
      reservedConcurrency: optionalNumberOf(resource, "ReservedConcurrentExecutions"),
      logGroupName: optionalTextOf(resource, "LoggingConfig.LogGroup") ?? `/aws/lambda/${name}`,
    });
    return { ref: name, attributes: { Arn: arn } };
  },
};

const codeFolderOf = (resource: Resource, { assetFolders }: World): string => {
  const key = textOf(resource, "Code.S3Key");
  const folder = assetFolders.get(key);
  if (folder === undefined) throw invalid(resource, "Code.S3Key", "be the key of an asset of this assembly", key);
  if (folder.endsWith(".zip")) throw invalid(resource, "Code.S3Key", "be an asset that is a folder", folder);
  return folder;
};

const variablesOf = (resource: Resource): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(objectOf(resource, "Environment.Variables")).map(([name, value]) => [name, String(value)]),
  );
