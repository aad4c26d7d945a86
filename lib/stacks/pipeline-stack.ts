import { type App, CfnOutput, Stack } from "aws-cdk-lib";
import { Pipeline, type PipelineProps } from "../constructs/pipeline.ts";

const READ_KEY = "Names the key: aws apigateway get-api-key --include-value --query value --api-key";

/** Everything of a stage that holds no records: deleting it loses the jobs that wait, and no job that ended. */
export class PipelineStack extends Stack {
  constructor(app: App, id: string, props: PipelineProps) {
    const { name } = props.stage;
    super(app, id, {
      stackName: `Sluice-${name}-Pipeline`,
      description: `Sluice, stage ${name}: queues, workers, scaler, alarms and the HTTP API`,
      tags: { application: "sluice", stage: name },
    });
    const { api, alarms } = new Pipeline(this, "Pipeline", props);
    new CfnOutput(this, "ApiUrl", { value: api.url, description: "Where jobs are submitted" });
    if (api.keyId !== undefined) new CfnOutput(this, "ApiKeyId", { value: api.keyId, description: READ_KEY });
    new CfnOutput(this, "AlarmTopicArn", { value: alarms.topic.topicArn, description: "Where alarms are heard" });
  }
}
