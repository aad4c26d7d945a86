import type { ServerResponse } from "node:http";

/** A refusal that a client of AWS understands. */
export type AwsError = { readonly code: string; readonly message: string };

/** Answers with an error in AWS's JSON protocols. */
export const answerJsonError = (response: ServerResponse, { code, message }: AwsError, status = 400): void => {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": code });
  response.end(JSON.stringify({ __type: code, message }));
};

/** Answers with an error in AWS's older query protocol, whose answers are XML. */
export const answerXmlError = (response: ServerResponse, { code, message }: AwsError, status = 400): void => {
  response.writeHead(status, { "content-type": "text/xml" });
  response.end(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error></ErrorResponse>`,
  );
};

/** Answers with an error of S3, whose XML is its own. */
export const answerS3Error = (response: ServerResponse, { code, message }: AwsError, status = 501): void => {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`);
};

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
