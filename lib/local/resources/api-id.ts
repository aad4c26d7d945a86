import { suffixOf } from "../physical-name.ts";
import type { Resource } from "./resource-type.ts";

/** Returns an id as API Gateway makes them: ten lower-case letters and digits. */
export const apiIdOf = ({ stackName, logicalId }: Resource): string => suffixOf(`${stackName}/${logicalId}`, 10);
