import type { Template } from "aws-cdk-lib/assertions";

type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};
type Document = { readonly Statement: readonly Statement[] };

/** By role, without the hash of its id: each statement as `<actions> on <resources> if <conditions>`. */
export const rightsByRole = (template: Template): Readonly<Record<string, readonly string[]>> => {
  const policies = Object.values(template.findResources("AWS::IAM::Policy"));
  return Object.fromEntries(
    Object.entries(template.findResources("AWS::IAM::Role")).map(([id, { Properties: role }]) => {
      const joined = policies.filter(({ Properties }) =>
        Properties.Roles.some(({ Ref: ref }: Reference) => ref === id),
      );
      const inline = (role.Policies ?? []).map((policy: { PolicyDocument: Document }) => policy.PolicyDocument);
      const documents: readonly Document[] = [...inline, ...joined.map(({ Properties }) => Properties.PolicyDocument)];
      const managed = (role.ManagedPolicyArns ?? []).map((arn: unknown) => `all of ${nameOf(arn)}`);
      return [
        withoutHash(id),
        [...documents.flatMap(({ Statement: all }) => all.map(sayStatement)), ...managed],
      ] as const;
    }),
  );
};

/** By role, who may take it on, as `<principal> if <conditions>`. */
export const trustByRole = (template: Template): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(template.findResources("AWS::IAM::Role")).map(([id, { Properties }]) => {
      const { Statement: statements } = Properties.AssumeRolePolicyDocument as Document;
      return [withoutHash(id), statements.map((it) => `${principalOf(it)}${conditionsOf(it)}`)] as const;
    }),
  );

const POLICIES_OF_RESOURCES = ["AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy"];

/** What resources themselves say, as `<principal> may|may not <actions> on <resources> if <conditions>`, each once. */
export const doorsOf = (template: Template): readonly string[] => [
  ...new Set([
    ...POLICIES_OF_RESOURCES.flatMap((type) =>
      Object.values(template.findResources(type)).flatMap(({ Properties }) =>
        (Properties.PolicyDocument as Document).Statement.map(sayDoor),
      ),
    ),
    ...Object.values(template.findResources("AWS::Lambda::Permission")).map(
      ({ Properties: { Principal, Action, FunctionName, SourceArn } }) =>
        `${Principal} may ${Action} on ${nameOf(FunctionName)} if AWS:SourceArn ArnLike ${nameOf(SourceArn)}`,
    ),
  ]),
];

const sayDoor = (statement: Statement): string => {
  const may = statement.Effect === "Allow" ? "may" : "may not";
  return `${principalOf(statement)} ${may} ${[statement.Action].flat().join(", ")} on ${resourcesOf(statement)}${conditionsOf(statement)}`;
};

const sayStatement = (statement: Statement): string => {
  const unless = statement.Effect === "Allow" ? "" : `${statement.Effect} `;
  return `${unless}${[statement.Action].flat().join(", ")} on ${resourcesOf(statement)}${conditionsOf(statement)}`;
};

const principalOf = ({ Principal: principal }: Statement): string =>
  typeof principal === "object" && principal !== null
    ? Object.values(principal).flat().map(nameOf).join(", ")
    : String(principal);

const resourcesOf = ({ Resource: resource }: Statement): string => [resource].flat().map(nameOf).join(", ");

const conditionsOf = ({ Condition: condition = {} }: Statement): string => {
  const wanted = Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => `${key} ${operator} ${[values].flat().map(nameOf).join(", ")}`),
  );
  return wanted.length === 0 ? "" : ` if ${wanted.join(" and ")}`;
};

type Reference = {
  readonly Ref?: string;
  readonly "Fn::GetAtt"?: readonly string[];
  readonly "Fn::ImportValue"?: string;
  readonly "Fn::Join"?: readonly [string, readonly unknown[]];
};

/** Names what a reference refers to: a logical id without its hash, and another stack's without the stack and its kind. */
const nameOf = (value: unknown): string => {
  if (typeof value === "string") return value;
  const { Ref: ref, "Fn::GetAtt": attribute, "Fn::ImportValue": imported, "Fn::Join": joined } = value as Reference;
  if (joined !== undefined) return joined[1].map(nameOf).join(joined[0]);
  if (imported !== undefined)
    return withoutHash(imported).replace(/^.*:ExportsOutput(Ref|FnGetAtt)(\w+?)(Arn)?$/, "$2");
  return withoutHash(attribute?.[0] ?? ref ?? JSON.stringify(value));
};

const withoutHash = (id: string): string => id.replace(/[0-9A-F]{8}$/, "");
