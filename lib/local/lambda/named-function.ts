import { ACCOUNT_ID, arnOf } from "../aws.ts";
import type { FunctionSettings } from "../world.ts";

/** A name, a partial or a whole ARN; the only version there is may be named. */
const REFERENCE = new RegExp(
  `^(?:${arnOf("lambda", "function:")}|${ACCOUNT_ID}:(?:function:)?)?([\\w-]+)(:\\$LATEST)?$`,
);

/** Returns the function that a caller of Lambda names; none where there is none. */
export const namedFunction = (
  functions: readonly FunctionSettings[],
  reference: string,
  qualifier = "$LATEST",
): FunctionSettings | undefined => {
  const [, name] = REFERENCE.exec(reference) ?? [];
  return qualifier === "$LATEST" ? functions.find((one) => one.name === name) : undefined;
};
