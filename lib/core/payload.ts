/** Where a value is kept that is too large for a message or a record: an object of the payload bucket. */
export type PayloadReference = {
  readonly key: string;
  /** Of the object's bytes, in hexadecimal: who reads it checks it. */
  readonly sha256: string;
  readonly bytes: number;
};

/** Prefixes of the payload bucket's keys: rights are given by them. */
export const PAYLOAD_PREFIXES = { inputs: "inputs/", results: "results/" } as const;

/** Returns where an input is kept; named by its content, so that two inputs of one job id never overwrite each other. */
export const inputKey = (id: string, sha256: string): string => `${PAYLOAD_PREFIXES.inputs}${id}/${sha256}`;

/** Returns where a result is kept. @param fence of the claim that the result is of */
export const resultKey = (id: string, fence: number): string => `${PAYLOAD_PREFIXES.results}${id}/${fence}`;

/** Tells whether a value that came from outside is a reference. */
export const isPayloadReference = (value: unknown): value is PayloadReference => {
  if (typeof value !== "object" || value === null) return false;
  const { key, sha256, bytes } = value as Partial<Record<keyof PayloadReference, unknown>>;
  return (
    typeof key === "string" &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    typeof bytes === "number" &&
    Number.isInteger(bytes) &&
    bytes >= 0
  );
};

/** Kept longer than the record by this, in days: SQS holds a message 14 at most, and the record's time starts at its last write. */
export const PAYLOAD_EXTRA_DAYS = 15;
