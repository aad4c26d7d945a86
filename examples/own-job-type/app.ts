import { join } from "node:path";
import { App, CfnOutput, Stack } from "aws-cdk-lib";
import { JobPipeline } from "sluice";

const app = new App();
const stack = new Stack(app, "AccessLogs");

const jobs = new JobPipeline(stack, "Jobs", {
  jobsFolder: join(import.meta.dirname, "jobs"),
  jobTypes: {
    "summarize-log": { timeoutSeconds: 60, memoryMiB: 512, maxConcurrency: 10 },
  },
});

new CfnOutput(stack, "ApiUrl", { value: jobs.api.url });
new CfnOutput(stack, "AlarmTopicArn", { value: jobs.alarms.topic.topicArn });
