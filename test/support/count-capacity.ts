import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** Makes a client's calls ask for `ConsumedCapacity`; the returned function tells the units of all calls so far. */
export const countCapacity = (client: DynamoDBClient): (() => number) => {
  let units = 0;
  client.middlewareStack.add(
    (next) => async (call) => {
      Object.assign(call.input, { ReturnConsumedCapacity: "TOTAL" });
      const result = await next(call);
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: { CapacityUnits?: number } };
      units += ConsumedCapacity?.CapacityUnits ?? 0;
      return result;
    },
    { step: "initialize" },
  );
  return () => units;
};
