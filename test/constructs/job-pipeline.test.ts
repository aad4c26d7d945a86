import { App, Duration, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { AccountPrincipal, Role } from "aws-cdk-lib/aws-iam";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { type CfnQueue, Queue } from "aws-cdk-lib/aws-sqs";
import { describe, expect, test } from "vitest";
import { JobPipeline, type JobPipelineProps } from "../../lib/constructs/job-pipeline.ts";
import { isSluiceError, type SluiceError } from "../../lib/core/errors.ts";

/** Somebody's own stack; nothing is bundled, so the job types' files need not be there. */
const ownStack = (): Stack =>
  new Stack(new App({ analyticsReporting: false, context: { "aws:cdk:bundling-stacks": [] } }), "Shop");

const pipelineIn = <Type extends string>(stack: Stack, props: JobPipelineProps<Type>): JobPipeline<Type> =>
  new JobPipeline(stack, "Jobs", { jobsFolder: "jobs", ...props });

const refusalOf = (work: () => unknown): SluiceError | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isSluiceError(error)) return error;
    throw error;
  }
};

const warningsOf = (stack: Stack): readonly string[] =>
  (stack.node.root as App).synth().stacks.flatMap(({ messages }) => messages.map(({ entry }) => String(entry.data)));

describe("JobPipeline", () => {
  test("puts the whole pipeline into one stack, with the ids of what holds data", () => {
    const stack = ownStack();

    pipelineIn(stack, { jobTypes: { resize: { secrets: ["KEY"] }, "send-mail": {} } });

    const template = Template.fromStack(stack);
    const resources = Object.keys(template.toJSON().Resources);
    const kept = ["JobTable", "PayloadBucket", "ResizeQueue", "ResizeDeadLetterQueue", "ResizeSecretKey"];
    expect(resources).toEqual(expect.arrayContaining([...kept, "SendMailQueue", "SendMailDeadLetterQueue"]));
    template.resourceCountIs("AWS::Lambda::EventSourceMapping", 2);
    template.resourceCountIs("AWS::ApiGatewayV2::Api", 1);
  });

  test.each([
    ["its stack", undefined, "Shop"],
    ["what it is told", "blue", "blue"],
  ])("is named after %s", (_, stage, name) => {
    const stack = ownStack();

    pipelineIn(stack, { jobTypes: { resize: {} }, ...(stage && { stage }) });

    Template.fromStack(stack).hasResourceProperties("AWS::Lambda::Function", {
      Environment: { Variables: Match.objectLike({ JOB_TYPE: "resize", STAGE: name }) },
    });
  });

  test("lets the app grant a job type's worker what it needs", () => {
    const stack = ownStack();
    const { workers } = pipelineIn(stack, { jobTypes: { resize: {} } });

    new Bucket(stack, "Pictures").grantRead(workers.resize);

    Template.fromStack(stack).hasResourceProperties("AWS::IAM::Policy", {
      PolicyDocument: { Statement: [Match.objectLike({ Action: ["s3:GetObject*", "s3:GetBucket*", "s3:List*"] })] },
    });
  });

  test("gives the queues, the table, the topic and the API's address", () => {
    const stack = ownStack();

    const { queues, table, alarms, api } = pipelineIn(stack, { jobTypes: { resize: {} } });

    expect(stack.resolve(queues.resize.queue.queueArn)).toEqual({ "Fn::GetAtt": ["ResizeQueue", "Arn"] });
    expect(stack.resolve(table.tableName)).toEqual({ Ref: "JobTable" });
    expect(stack.resolve(alarms.topic.topicArn)).toEqual({ Ref: "AlarmTopic" });
    expect(JSON.stringify(stack.resolve(api.url))).toContain(".execute-api.");
  });

  const pathsGranted = (grant: (pipeline: JobPipeline<"resize" | "send-mail">, role: Role) => void): unknown[] => {
    const stack = ownStack();
    const role = new Role(stack, "Client", { assumedBy: new AccountPrincipal("111122223333") });
    grant(pipelineIn(stack, { jobTypes: { resize: {}, "send-mail": {} } }), role);
    const [policy] = Object.values(Template.fromStack(stack).findResources("AWS::IAM::Policy")).filter(
      ({ Properties }) => Properties.PolicyName.startsWith("ClientDefaultPolicy"),
    );
    const [statement] = policy?.Properties.PolicyDocument.Statement ?? [];
    expect(statement).toMatchObject({ Action: "execute-api:Invoke", Effect: "Allow" });
    return [statement.Resource].flat().map((arn) => arn["Fn::Join"][1].at(-1));
  };

  test("lets a client submit all job types, or those that are named, and do nothing else", () => {
    const all = pathsGranted((pipeline, role) => pipeline.grantSubmit(role));
    const one = pathsGranted((pipeline, role) => pipeline.grantSubmit(role, "resize"));

    expect(one).toEqual(["/*/POST/jobs/resize", "/*/POST/jobs/resize/batch"]);
    expect(all).toEqual([...one, "/*/POST/jobs/send-mail", "/*/POST/jobs/send-mail/batch"]);
  });

  test("lets a client read all there is, and change nothing", () => {
    const paths = pathsGranted((pipeline, role) => pipeline.grantRead(role));

    expect(paths).toEqual(expect.arrayContaining(["/*/GET/jobs/*", "/*/GET/jobs", "/*/GET/queues"]));
    expect(paths.filter((path) => !String(path).startsWith("/*/GET/"))).toEqual([]);
  });

  test("says nothing of queues and functions that are not its own", () => {
    const stack = ownStack();
    pipelineIn(stack, { jobTypes: { resize: { maxConcurrency: 5 } } });
    const silent = warningsOf(stack);

    const other = ownStack();
    pipelineIn(other, { jobTypes: { resize: { maxConcurrency: 5 } } });
    const queue = new Queue(other, "Theirs", { visibilityTimeout: Duration.seconds(30) });
    new LambdaFunction(other, "TheirFunction", {
      runtime: Runtime.NODEJS_24_X,
      handler: "index.handler",
      code: Code.fromInline("exports.handler = () => {};"),
      timeout: Duration.seconds(30),
      events: [new SqsEventSource(queue)],
    });

    expect(warningsOf(other)).toEqual(silent);
  });

  test("rejects what an escape hatch made of its own resources", () => {
    const stack = ownStack();
    const { queues } = pipelineIn(stack, { jobTypes: { resize: {} } });

    (queues.resize.queue.node.defaultChild as CfnQueue).visibilityTimeout = 1;

    expect(refusalOf(() => warningsOf(stack))?.message).toMatch(/^1 resource is not what Sluice can run:\n {2}Shop\./);
  });

  test("rejects wrong settings, all at once and in the words of the app", () => {
    const refusal = refusalOf(() =>
      pipelineIn(ownStack(), { logRetentionDays: 2, jobTypes: { resize: { timeoutSeconds: 0 } } }),
    );

    expect(refusal).toMatchObject({
      code: "SettingsInvalid",
      hint: 'edit what `new JobPipeline(…, "Jobs", …)` is given',
    });
    const [title, ...lines] = refusal?.message.split("\n  ") ?? [];
    expect(title).toBe("2 settings are wrong in Shop/Jobs:");
    expect(lines[0]).toMatch(/^Jobs\.logRetentionDays must /);
    expect(lines[1]).toMatch(/^Jobs\.jobTypes\.resize\.timeoutSeconds must /);
  });

  test("rejects a second pipeline in one stack, and takes one in the next", () => {
    const stack = ownStack();
    pipelineIn(stack, { jobTypes: { resize: {} } });

    const second = () => new JobPipeline(stack, "More", { jobTypes: { "send-mail": {} } });

    expect(refusalOf(second)).toMatchObject({
      code: "PipelineNotAlone",
      message: "Shop/More must be the only JobPipeline of its stack, got Shop/Jobs beside it",
    });
    expect(() => pipelineIn(new Stack(stack.node.root, "Office"), { jobTypes: { resize: {} } })).not.toThrow();
  });
});
