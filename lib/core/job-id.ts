import { fnv1a64 } from "./fnv.ts";

/*
 * A job id reads `<type>_<kind><26 characters><5 characters of tag>`. Everything after `_` is Crockford's base 32 in
 * lower case. Kind `r` is random: 10 characters of submission time, 16 of dice (80 bits). Kind `k` is made from an
 * idempotency key: 26 characters of its digest. The tag is a hash of the rest and of the stage's salt: by it the api
 * function knows its own ids, and answers 404 to others, without a read. It keeps out accidents, not attackers.
 */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_LENGTH = 10;
const BODY_LENGTH = 26;
const TAG_LENGTH = 5;
const PATTERN = new RegExp(
  `^(?<type>[a-z0-9-]+)_(?<kind>[rk])(?<body>[${ALPHABET}]{${BODY_LENGTH}})(?<tag>[${ALPHABET}]{${TAG_LENGTH}})$`,
);

/** Bytes of dice that {@link randomJobId} takes. */
export const RANDOM_BYTES = 10;
/** Bytes of digest that {@link keyedJobId} takes. */
export const DIGEST_BYTES = 16;

/** What a job id tells. */
export type ParsedJobId = { readonly type: string; readonly submittedAtMs: number | undefined };

/** Issues a new id. @param dice {@link RANDOM_BYTES} random bytes @param salt the same for all ids of a stage */
export const randomJobId = (salt: string, type: string, nowMs: number, dice: Uint8Array): string =>
  tagged(
    salt,
    `${type}_r${base32(BigInt(nowMs), TIME_LENGTH)}${base32(bytesToInteger(dice), BODY_LENGTH - TIME_LENGTH)}`,
  );

/** Returns the id that a digest of (type, tenant, idempotency key) always gets. @param digest {@link DIGEST_BYTES} bytes */
export const keyedJobId = (salt: string, type: string, digest: Uint8Array): string =>
  tagged(salt, `${type}_k${base32(bytesToInteger(digest), BODY_LENGTH)}`);

/** Reads an id; undefined if this stage did not issue it. */
export const parseJobId = (salt: string, id: string): ParsedJobId | undefined => {
  const groups = PATTERN.exec(id)?.groups;
  const { type, kind, body } = groups ?? {};
  if (type === undefined || body === undefined) return undefined;
  if (tagged(salt, id.slice(0, -TAG_LENGTH)) !== id) return undefined;
  return { type, submittedAtMs: kind === "r" ? Number(integerOf(body.slice(0, TIME_LENGTH))) : undefined };
};

const tagged = (salt: string, text: string): string => {
  const range = 32n ** BigInt(TAG_LENGTH);
  return `${text}${base32(fnv1a64(`${salt}\n${text}`) % range, TAG_LENGTH)}`;
};

const base32 = (value: bigint, length: number): string => {
  let text = "";
  for (let rest = value; text.length < length; rest >>= 5n) text = `${ALPHABET[Number(rest & 31n)]}${text}`;
  return text;
};

const integerOf = (text: string): bigint =>
  [...text].reduce((value, character) => (value << 5n) | BigInt(ALPHABET.indexOf(character)), 0n);

const bytesToInteger = (bytes: Uint8Array): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
