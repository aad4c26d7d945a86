import { type App, CfnOutput, Stack } from "aws-cdk-lib";
import { Pipeline, type PipelineProps } from "../constructs/pipeline.ts";

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
    new CfnOutput(this, "AlarmTopicArn", { value: alarms.topic.topicArn, description: "Where alarms are heard" });
  }
}
