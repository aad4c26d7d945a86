import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type LocalServer, serve } from "./local-server.ts";

/** What AWS sends back, as it stands on the wire; `silence` is never answered. */
export type WireAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }
  | "silence";

/** The calls that the doctor makes, as IAM names them. */
export type WireCall =
  | "sts:GetCallerIdentity"
  | "ssm:GetParameter"
  | "lambda:GetAccountSettings"
  | "cloudformation:DescribeStacks";

export type WireAnswers = Partial<Readonly<Record<WireCall, WireAnswer>>>;

/** Answers in the protocols of STS, SSM, Lambda and CloudFormation; without other answers all is well there. */
export const serveAws = (answers: WireAnswers = {}): Promise<LocalServer> =>
  serve((request, response) => void answer(request, response, { ...SOUND, ...answers }));

const answer = async (request: IncomingMessage, response: ServerResponse, answers: WireAnswers): Promise<void> => {
  const said = answers[callOf(request, await text(request))] ?? queryError("InvalidAction", "no such action", 400);
  if (said === "silence") return;
  response.writeHead(said.status, { "x-amzn-requestid": "r-1", ...said.headers }).end(said.body);
};

const callOf = ({ headers, url = "" }: IncomingMessage, body: string): WireCall => {
  if (String(headers["x-amz-target"]).endsWith(".GetParameter")) return "ssm:GetParameter";
  if (url.includes("account-settings")) return "lambda:GetAccountSettings";
  return body.includes("Action=DescribeStacks") ? "cloudformation:DescribeStacks" : "sts:GetCallerIdentity";
};

/** An error of STS and CloudFormation. */
export const queryError = (code: string, message: string, status: number): WireAnswer => ({
  status,
  headers: { "content-type": "text/xml" },
  body:
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>` +
    `<Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
});

/** An error of SSM. */
export const jsonError = (code: string, message?: string, status = 400): WireAnswer => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: JSON.stringify({ __type: code, ...(message === undefined ? {} : { message }) }),
});

/** An error of Lambda. */
export const restError = (code: string, message: string, status: number): WireAnswer => ({
  status,
  headers: { "content-type": "application/json", "x-amzn-errortype": `${code}:http://internal.amazon.com/coral/` },
  body: JSON.stringify({ Message: message }),
});

/** Who the caller is. */
export const identity = (arn: string, headers: Readonly<Record<string, string>> = {}): WireAnswer => ({
  status: 200,
  headers: { "content-type": "text/xml", ...headers },
  body:
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn>` +
    `<UserId>AIDAEXAMPLE</UserId><Account>${arn.split(":")[4]}</Account></GetCallerIdentityResult>` +
    `<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
});

/** A parameter's value. */
export const parameter = (value: string): WireAnswer => ({
  status: 200,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: JSON.stringify({ Parameter: { Name: "/p", Type: "String", Value: value, Version: 1 } }),
});

/** The account's concurrency. */
export const accountSettings = (concurrency: number, unreserved = concurrency): WireAnswer => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    AccountLimit: { ConcurrentExecutions: concurrency, UnreservedConcurrentExecutions: unreserved },
    AccountUsage: { FunctionCount: 4 },
  }),
});

/** A stack in a state. */
export const stackIn = (status: string, reason?: string): WireAnswer => ({
  status: 200,
  headers: { "content-type": "text/xml" },
  body:
    `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>` +
    `<member><StackName>s</StackName><CreationTime>2026-11-01T00:00:00Z</CreationTime><StackStatus>${status}</StackStatus>` +
    `${reason === undefined ? "" : `<StackStatusReason>${reason}</StackStatusReason>`}</member></Stacks>` +
    `</DescribeStacksResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></DescribeStacksResponse>`,
});

/** What CloudFormation says of a stack that is not there: it has no code of its own for it. */
export const noStack = queryError("ValidationError", "Stack with id Sluice-dev-Data does not exist", 400);

const SOUND: WireAnswers = {
  "sts:GetCallerIdentity": identity("arn:aws:iam::123456789012:user/ada"),
  "ssm:GetParameter": parameter("30"),
  "lambda:GetAccountSettings": accountSettings(1_000),
  "cloudformation:DescribeStacks": noStack,
};
