import { createHash } from "node:crypto";

const SUFFIX_LENGTH = 12;

/**
 * Returns the name of a resource that the template leaves unnamed, as CloudFormation makes it: stack, logical id and a
 * suffix. The suffix follows from the two, so a resource keeps its name from run to run.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-supported-resources-with-custom-name.html
 */
export const physicalName = (stackName: string, logicalId: string, maxLength: number): string => {
  const suffix = suffixOf(`${stackName}/${logicalId}`);
  const stem = `${stackName}-${logicalId}`;
  return `${stem.slice(0, maxLength - SUFFIX_LENGTH - 1)}-${suffix}`;
};

/** Returns letters and digits that follow from a text. */
export const suffixOf = (text: string, length = SUFFIX_LENGTH): string =>
  BigInt(`0x${createHash("sha256").update(text).digest("hex")}`)
    .toString(36)
    .slice(0, length)
    .padEnd(length, "0");
