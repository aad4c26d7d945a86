import { type ApiRequest, ProblemError } from "./http.ts";

/** @throws ProblemError `malformed-request` for a parameter that a route does not know */
export const refuseUnknownParameters = (query: ApiRequest["query"], known: readonly string[]): void => {
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const these = known.length === 1 ? "the parameter is" : "the parameters are";
  throw new ProblemError("malformed-request", `${unknown} is unknown; ${these} ${known.join(", ")}`);
};

/** Reads the parameter `limit`: a whole number from 1. @throws ProblemError `malformed-request` */
export const limitOf = (
  { limit: given }: ApiRequest["query"],
  { most, usual }: { readonly most: number; readonly usual: number },
): number => {
  const limit = Number(given ?? usual);
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new ProblemError("malformed-request", `limit must be a whole number from 1 to ${most}, got ${given}`);
};
