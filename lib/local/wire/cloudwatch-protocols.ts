import type { IncomingMessage, ServerResponse } from "node:http";
import { cbor, dateToTag } from "@smithy/core/cbor";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { MetricStore } from "../metrics.ts";
import { type AwsError, answerJsonError } from "./aws-error.ts";
import { getMetricData, type MetricResult } from "./cloudwatch.ts";
import { readBody } from "./request-body.ts";

/** Where clients that speak `smithy-rpc-v2-cbor`, as the AWS CLI does, send an operation. */
export const CLOUDWATCH_CBOR_PATH = "/service/GraniteServiceVersion20100801/operation/";

const MAX_BODY_BYTES = 1_048_576;

const UNREADABLE: AwsError = { code: "SerializationException", message: "the body must be what its content type says" };

/** Answers `GetMetricData` in the JSON protocol, as the SDK for JavaScript speaks it. */
export const answerCloudWatchJson = async (
  metrics: MetricStore,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const input = await readInput(request, (body) => JSON.parse(body.toString()));
  const answer = input === undefined ? UNREADABLE : getMetricData(metrics, input);
  if ("code" in answer) return answerJsonError(response, answer);
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify({ MetricDataResults: answer, Messages: [] }));
};

/** Answers `GetMetricData` in CBOR. @see https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
export const answerCloudWatchCbor = async (
  metrics: MetricStore,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const input = await readInput(request, (body) => withPlainTimes(cbor.deserialize(body)));
  const answer = input === undefined ? UNREADABLE : getMetricData(metrics, input);
  const isError = "code" in answer;
  const content = isError
    ? { __type: answer.code, message: answer.message }
    : { MetricDataResults: answer.map(withTaggedTimes), Messages: [] };
  response.writeHead(isError ? 400 : 200, { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" });
  response.end(cbor.serialize(content));
};

const readInput = async (request: IncomingMessage, parse: (body: Buffer) => Json): Promise<JsonObject | undefined> => {
  try {
    const body = await readBody(request, MAX_BODY_BYTES);
    const input = body === undefined ? undefined : parse(body);
    return isJsonObject(input) ? input : undefined;
  } catch {
    return undefined;
  }
};

/** CBOR carries a time as a tagged number of seconds. */
const withPlainTimes = (value: unknown): Json => {
  if (Array.isArray(value)) return value.map(withPlainTimes);
  if (typeof value !== "object" || value === null) return value as Json;
  if ("tag" in value && "value" in value) return Number(value.value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withPlainTimes(item)]));
};

const withTaggedTimes = (result: MetricResult): object => ({
  ...result,
  Timestamps: result.Timestamps.map((seconds) => dateToTag(new Date(seconds * 1_000))),
});
