import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { cbor, dateToTag } from "@smithy/core/cbor";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type AwsError, answerJsonError } from "./aws-error.ts";
import { type CloudWatch, callCloudWatch, isRefusal } from "./cloudwatch.ts";
import { readBody } from "./request-body.ts";
import type { Service } from "./service.ts";
import { type WireObject, WireTime, type WireValue } from "./wire-time.ts";

/** Where clients that speak `smithy-rpc-v2-cbor`, as the AWS CLI does, send an operation. */
const CBOR_PATH = "/service/GraniteServiceVersion20100801/operation/";
/** What the SDK for JavaScript, which speaks JSON, names an operation by. */
const JSON_PREFIX = "GraniteServiceVersion20100801.";

const MAX_BODY_BYTES = 1_048_576;

const UNREADABLE: AwsError = { code: "SerializationException", message: "the body must be what its content type says" };

/** Tells calls of CloudWatch from others. */
export const isCloudWatchCall = ({ url, headers }: IncomingMessage): boolean =>
  url?.startsWith(CBOR_PATH) === true || String(headers["x-amz-target"]).startsWith(JSON_PREFIX);

/**
 * Answers calls of CloudWatch in JSON or CBOR.
 *
 * @see https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */
export const answerCloudWatch =
  (cloudWatch: CloudWatch): Service =>
  async (request, response) => {
    const isCbor = request.url?.startsWith(CBOR_PATH) === true;
    const target = isCbor ? request.url : request.headers["x-amz-target"];
    const operation = String(target).slice((isCbor ? CBOR_PATH : JSON_PREFIX).length);
    const parse = isCbor ? fromCbor : fromJson;
    const input = await readInput(request, parse);
    const answer = input === undefined ? UNREADABLE : callCloudWatch(cloudWatch, operation, input);
    if (isCbor) answerCbor(response, answer);
    else if (isRefusal(answer)) answerJsonError(response, answer);
    else response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(answer));
  };

const fromJson = (body: Buffer): unknown => JSON.parse(body.toString());

const fromCbor = (body: Buffer): unknown => (body.length === 0 ? {} : withPlainTimes(cbor.deserialize(body)));

const answerCbor = (response: ServerResponse, answer: WireObject | AwsError): void => {
  const refused = isRefusal(answer);
  const content = refused ? { __type: answer.code, message: answer.message } : withTaggedTimes(answer);
  response.writeHead(refused ? 400 : 200, { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" });
  response.end(cbor.serialize(content));
};

const readInput = async (
  request: IncomingMessage,
  parse: (body: Buffer) => unknown,
): Promise<JsonObject | undefined> => {
  try {
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === undefined) return undefined;
    // Clients compress what they put where it is long.
    const isPacked = request.headers["content-encoding"] === "gzip";
    const input = parse(isPacked ? gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES }) : body);
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

const withTaggedTimes = (value: WireValue): unknown => {
  if (value instanceof WireTime) return dateToTag(new Date(value.seconds * 1_000));
  if (Array.isArray(value)) return value.map(withTaggedTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withTaggedTimes(item)]));
};
