import type { AttributeValue, QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { DEAD_INDEX } from "../../lib/core/keys.ts";
import { text } from "../shared/record-item.ts";
import type { DeadQuery } from "./api.ts";

type Filter = Omit<DeadQuery, "types" | "limit">;

/** Before and after every time in ISO 8601, as text is compared. */
const [FIRST, LAST] = ["0", "9"];

const AWAITS_NO_REDRIVE = "(attribute_not_exists(#redriveRequested) OR #redriveRequested <= #redrives)";

/**
 * Builds the query of one shard of the index of dead jobs, newest first; undefined if nothing can be in its bounds.
 *
 * The sort key is the time of death and, after it, the job's id. So a bound that is a time alone takes in what died at
 * that very moment where it is the lower one, and leaves it out where it is the upper; a cursor takes in its own job.
 */
export const deadShardQuery = (
  tableName: string,
  shard: string,
  { cursor = LAST, diedBefore = LAST, diedAfter = FIRST, fingerprint }: Filter = {},
): QueryCommandInput | undefined => {
  const to = cursor < diedBefore ? cursor : diedBefore;
  if (to < diedAfter) return undefined;
  const isOf = fingerprint === undefined ? "" : " AND #error.#fingerprint = :fingerprint";
  const values: Record<string, AttributeValue> = {
    ":shard": text(shard),
    ":from": text(diedAfter),
    ":to": text(to),
    ...(fingerprint === undefined ? {} : { ":fingerprint": text(fingerprint) }),
  };
  return {
    TableName: tableName,
    IndexName: DEAD_INDEX.name,
    KeyConditionExpression: "#shard = :shard AND #at BETWEEN :from AND :to",
    FilterExpression: `${AWAITS_NO_REDRIVE}${isOf}`,
    ExpressionAttributeNames: {
      "#shard": DEAD_INDEX.partitionKey,
      "#at": DEAD_INDEX.sortKey,
      "#redriveRequested": "redriveRequested",
      "#redrives": "redrives",
      ...(fingerprint === undefined ? {} : { "#error": "error", "#fingerprint": "fingerprint" }),
    },
    ExpressionAttributeValues: values,
    ScanIndexForward: false,
  };
};
