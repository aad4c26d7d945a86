import { SluiceError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { physicalName } from "../physical-name.ts";
import type { Resource } from "./resource-type.ts";

/** Returns a text. @throws TemplateInvalid where it is missing or none */
export const textOf = (resource: Resource, property: string): string => {
  const value = optionalTextOf(resource, property);
  if (value === undefined) throw invalid(resource, property, "be a text", value);
  return value;
};

export const optionalTextOf = (resource: Resource, property: string): string | undefined => {
  const value = at(resource, property);
  if (value === undefined || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw invalid(resource, property, "be a text", value);
};

/** Returns a number; CloudFormation takes texts for numbers too. */
export const numberOf = (resource: Resource, property: string, fallback: number): number =>
  optionalNumberOf(resource, property) ?? fallback;

export const optionalNumberOf = (resource: Resource, property: string): number | undefined => {
  const value = at(resource, property);
  if (value === undefined) return undefined;
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw invalid(resource, property, "be a number", value);
};

/** Returns a number that AWS takes. @throws TemplateInvalid where it is out of bounds */
export const boundedOf = (
  resource: Resource,
  property: string,
  { min, max, fallback }: { readonly min: number; readonly max: number; readonly fallback: number },
): number => {
  const number = numberOf(resource, property, fallback);
  if (number >= min && number <= max) return number;
  throw invalid(resource, property, `be ${min}–${max}`, number);
};

export const booleanOf = (resource: Resource, property: string, fallback: boolean): boolean => {
  const value = at(resource, property) ?? fallback;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw invalid(resource, property, "be true or false", value);
};

export const listOf = (resource: Resource, property: string): readonly Json[] => {
  const value = at(resource, property) ?? [];
  if (Array.isArray(value)) return value;
  throw invalid(resource, property, "be a list", value);
};

export const objectOf = (resource: Resource, property: string): JsonObject => {
  const value = at(resource, property) ?? {};
  if (isJsonObject(value)) return value;
  throw invalid(resource, property, "be an object", value);
};

/** Returns the name that a property gives, or the one that CloudFormation would make. */
export const nameOf = (resource: Resource, property: string, maxLength: number): string =>
  optionalTextOf(resource, property) ?? physicalName(resource.stackName, resource.logicalId, maxLength);

/** The complaint about a property's value. */
export const invalid = (
  { stackName, logicalId }: Resource,
  property: string,
  expectation: string,
  got: unknown,
): SluiceError =>
  new SluiceError(
    "TemplateInvalid",
    `${stackName}.${logicalId}.${property} must ${expectation}, got ${JSON.stringify(got)}`,
    { hint: "AWS would refuse it too: look at what the app synthesizes here" },
  );

const at = ({ properties }: Resource, path: string): Json | undefined =>
  path
    .split(".")
    .reduce<Json | undefined>((value, name) => (isJsonObject(value) ? value[name] : undefined), properties);
