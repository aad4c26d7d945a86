import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientOptions } from "../support/client-options.ts";
import { textOf } from "../support/pages.ts";
import { stackResources } from "./stack-resources.ts";

type Stack = {
  readonly isProtected?: boolean;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly resources?: Readonly<Record<string, string>>;
};

const members = (each: readonly string[]): string => each.map((one) => `<member>${one}</member>`).join("");

const answerTo = (form: URLSearchParams, stacks: Readonly<Record<string, Stack>>): string | undefined => {
  const name = form.get("StackName") ?? "";
  const stack = stacks[name];
  if (stack === undefined) return undefined;
  const { isProtected = false, outputs = {}, resources = {} } = stack;
  if (form.get("Action") === "DescribeStacks") {
    const told = Object.entries(outputs).map(
      ([key, value]) => `<OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue>`,
    );
    return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><EnableTerminationProtection>${isProtected}</EnableTerminationProtection><Outputs>${members(told)}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  }
  // Two pages, as AWS answers for more than a hundred resources.
  const [all, second] = [Object.entries(resources), form.get("NextToken") === "second"];
  const page = second ? all.slice(2) : all.slice(0, 2);
  const told = page.map(
    ([logical, physical]) =>
      `<LogicalResourceId>${logical}</LogicalResourceId><PhysicalResourceId>${physical}</PhysicalResourceId>`,
  );
  const next = second ? "" : "<NextToken>second</NextToken>";
  return `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${members(told)}</StackResourceSummaries>${next}</ListStackResourcesResult></ListStackResourcesResponse>`;
};

/** CloudFormation with these stacks. */
const cloudFormation = async (stacks: Readonly<Record<string, Stack>>): Promise<CloudFormationClient> => {
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const answer = answerTo(form, stacks);
    response.writeHead(answer === undefined ? 400 : 200, { "content-type": "text/xml" });
    const missing = `<Code>ValidationError</Code><Message>Stack with id ${form.get("StackName")} does not exist</Message>`;
    response.end(answer ?? `<ErrorResponse><Error><Type>Sender</Type>${missing}</Error></ErrorResponse>`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new CloudFormationClient(clientOptions(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return client;
};

const DATA: Stack = { resources: { JobTable: "the-table", PayloadBucket: "the-bucket" } };
const PIPELINE: Stack = {
  outputs: {
    AlarmTopicArn: "arn:aws:sns:us-east-1:1:topic",
    ApiUrl: "https://abc.execute-api.us-east-1.amazonaws.com/",
  },
  resources: {
    AlarmTopic: "topic",
    ProfileCsvQueue: "https://sqs/profile",
    ProfileCsvDeadLetterQueue: "https://sqs/profile-dead",
  },
};

describe("the resources of a deployed stage", () => {
  it("are found by the output and the logical ids of its stacks, on whichever page", async () => {
    const client = await cloudFormation({
      "Sluice-dev-Pipeline": PIPELINE,
      "Sluice-dev-Data": { ...DATA, isProtected: true },
    });

    expect(await stackResources(client, "dev", ["profile-csv"])).toEqual({
      apiUrl: "https://abc.execute-api.us-east-1.amazonaws.com/",
      tableName: "the-table",
      bucketName: "the-bucket",
      queues: { "profile-csv": { queueUrl: "https://sqs/profile", deadLetterQueueUrl: "https://sqs/profile-dead" } },
      isProtected: true,
    });
  });

  it("are called as the templates call them", () => {
    const { dev } = JSON.parse(textOf("test/snapshots/stateful-ids.json")) as Record<string, Record<string, string[]>>;

    expect(dev?.data).toEqual(expect.arrayContaining(["JobTable", "PayloadBucket"]));
    expect(dev?.pipeline).toEqual(expect.arrayContaining(["ProfileCsvQueue", "ProfileCsvDeadLetterQueue"]));
  });

  it.each([
    [{}, "stack Sluice-dev-Pipeline must be deployed, and is not there"],
    [{ "Sluice-dev-Pipeline": PIPELINE }, "stack Sluice-dev-Data must be deployed, and is not there"],
    [{ "Sluice-dev-Pipeline": {}, "Sluice-dev-Data": DATA }, "stack Sluice-dev-Pipeline must have the output ApiUrl"],
    [
      { "Sluice-dev-Pipeline": { ...PIPELINE, resources: {} }, "Sluice-dev-Data": DATA },
      "stack Sluice-dev-Pipeline must have the resource ProfileCsvQueue",
    ],
  ])("rejects what is not deployed, and names the command that deploys it (%#)", async (stacks, message) => {
    const found = stackResources(await cloudFormation(stacks), "dev", ["profile-csv"]);

    await expect(found).rejects.toMatchObject({ name: "NotRun", message, hint: expect.stringContaining("cdk deploy") });
  });
});
