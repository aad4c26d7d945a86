import { API_VARIABLES, WORKER_VARIABLES } from "../../lib/core/environment.ts";
import { AssemblyBuilder } from "../support/assembly-builder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const VARIABLES = {
  [WORKER_VARIABLES.jobType]: "deliver-webhook",
  [API_VARIABLES.metricsPeriodSeconds]: "60",
  ALLOW_PRIVATE_ADDRESSES: "false",
};

/** Writes an app of one queue and its worker, with all that the commands ask a stage for. @returns the assembly's folder */
export const writeSmallApp = (): string => {
  const builder = new AssemblyBuilder(temporaryFolder());
  return builder.writeResources({
    Queue: { Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: 30 } },
    Worker: {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: builder.code("export const handler = () => ({ batchItemFailures: [] });"),
        Handler: "index.handler",
        Runtime: "nodejs24.x",
        Environment: { Variables: VARIABLES },
      },
    },
    Mapping: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: {
        EventSourceArn: { "Fn::GetAtt": ["Queue", "Arn"] },
        FunctionName: { Ref: "Worker" },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      },
    },
  });
};
