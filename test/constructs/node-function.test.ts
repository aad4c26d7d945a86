import { Match } from "aws-cdk-lib/assertions";
import { describe, test } from "vitest";
import { shippedStages, templatesOf } from "../support/synthesize.ts";

const FUNCTION = "AWS::Lambda::Function";
const LOGS = "AWS::Logs::LogGroup";

describe.each(Object.keys(shippedStages))("the functions of stage %s", (stage) => {
  const { pipeline } = templatesOf(stage);

  test("run on arm64 and Node.js 24, log JSON, and reserve no concurrency", () => {
    pipeline.resourceCountIs(FUNCTION, 4);
    pipeline.allResourcesProperties(FUNCTION, {
      Architectures: ["arm64"],
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      LoggingConfig: { LogFormat: "JSON", LogGroup: { Ref: Match.anyValue() } },
      Environment: { Variables: Match.objectLike({ NODE_OPTIONS: Match.absent() }) },
      ReservedConcurrentExecutions: Match.absent(),
    });
  });

  test("keep their logs, as the API does, for the days that the stage says, and no longer than their stack", () => {
    pipeline.resourceCountIs(LOGS, 5);
    pipeline.allResources(LOGS, {
      DeletionPolicy: "Delete",
      Properties: { RetentionInDays: shippedStages[stage]?.logRetentionDays ?? 30 },
    });
  });
});
