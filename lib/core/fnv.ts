const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;

/**
 * Returns the 64-bit FNV-1a hash of a text's UTF-16 code units.
 *
 * For fingerprints and tags only: it spreads well and stays the same everywhere, but it is no protection against
 * someone who wants a collision.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc9923
 */
export const fnv1a64 = (text: string): bigint => {
  let hash = OFFSET_BASIS;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    hash = ((hash ^ BigInt(unit & 0xff)) * PRIME) & MASK;
    hash = ((hash ^ BigInt(unit >> 8)) * PRIME) & MASK;
  }
  return hash;
};
