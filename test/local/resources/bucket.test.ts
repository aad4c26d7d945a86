import { App, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { describe, expect, it } from "vitest";
import { readAssembly } from "../../../lib/local/assembly.ts";
import { deploy } from "../../../lib/local/deployment.ts";
import { checkTemplates } from "../../../lib/local/template-check.ts";
import { AssemblyBuilder, type TemplateSource } from "../../support/assembly-builder.ts";
import { emptyWorld } from "../../support/empty-world.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const synthesize = (props: BucketProps): TemplateSource => {
  const stack = new Stack(new App(), "App");
  const bucket = new Bucket(stack, "Payloads", props);
  stack.exportValue(bucket.bucketArn, { name: "arn" });
  return { ...Template.fromStack(stack).toJSON(), Rules: {}, Parameters: {} };
};

const stacksOf = (template: TemplateSource): ReturnType<typeof readAssembly> =>
  readAssembly(new AssemblyBuilder(temporaryFolder()).write({ "Sluice-dev-Data": { template } }));

const CLOSED: BucketProps = {
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN,
  lifecycleRules: [{ expiration: Duration.days(45), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
};

describe("a bucket", () => {
  it("is made as the CDK describes it, under a name that S3 takes", async () => {
    const made: string[] = [];
    const world = { ...emptyWorld(), createBucket: async (name: string) => void made.push(name) };

    const outputs = await deploy(await stacksOf(synthesize(CLOSED)), world);

    expect(made).toEqual([expect.stringMatching(/^sluice-dev-data-payloads[a-z0-9]{8}-[a-z0-9]{12}$/)]);
    expect(Object.values(outputs)).toEqual([`arn:aws:s3:::${made[0]}`]);
  });

  it("tells what of it works otherwise", async () => {
    const differences = checkTemplates(await stacksOf(synthesize(CLOSED)));

    expect(differences.map(({ type, property }) => `${type} ${property}`)).toEqual(
      expect.arrayContaining([
        "AWS::S3::Bucket BucketEncryption",
        "AWS::S3::Bucket LifecycleConfiguration.Rules",
        "AWS::S3::Bucket PublicAccessBlockConfiguration",
        "AWS::S3::Bucket checksums",
        "AWS::S3::BucketPolicy PolicyDocument",
      ]),
    );
    expect(differences.map(({ property }) => property)).not.toContain("OwnershipControls");
  });

  it("tells that no log of its requests is written", async () => {
    const LoggingConfiguration = { DestinationBucketName: "logs" };
    const Resources = { Payloads: { Type: "AWS::S3::Bucket", Properties: { LoggingConfiguration } } };

    const differences = checkTemplates(await stacksOf({ Resources }));

    expect(differences.map(({ property }) => property)).toContain("LoggingConfiguration");
  });

  it.each<{ what: string; props: BucketProps; message: string }>([
    { what: "versions", props: { versioned: true }, message: "Status is supported as Suspended, not Enabled" },
    { what: "a website", props: { websiteIndexDocument: "i.html" }, message: "WebsiteConfiguration is not among" },
    { what: "ACLs", props: { objectOwnership: ObjectOwnership.OBJECT_WRITER }, message: "not ObjectWriter" },
  ])("rejects $what", async ({ props, message }) => {
    const stacks = await stacksOf(synthesize(props));

    expect(() => checkTemplates(stacks)).toThrow(message);
  });
});
