import type { MessageAttributeValue, SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { MessageAttributes } from "./api.ts";
import type { Entry } from "./batch-chunks.ts";

/** Writes a message as an entry of a batch call. */
export const messageEntry = ({ index, message }: Entry): SendMessageBatchRequestEntry => ({
  Id: String(index),
  MessageBody: message.body,
  ...(message.delaySeconds === undefined ? {} : { DelaySeconds: message.delaySeconds }),
  ...(message.tenant === undefined ? {} : { MessageGroupId: message.tenant }),
  ...(message.attributes === undefined ? {} : { MessageAttributes: attributeValues(message.attributes) }),
});

const attributeValues = (attributes: MessageAttributes): Record<string, MessageAttributeValue> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue },
    ]),
  );
