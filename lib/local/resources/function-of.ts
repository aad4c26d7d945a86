import type { FunctionSettings, World } from "../world.ts";
import { invalid, textOf } from "./properties.ts";
import type { Resource } from "./resource-type.ts";

/** Finds a function by its name or ARN. @throws TemplateInvalid */
export const functionOf = (resource: Resource, property: string, world: World): FunctionSettings => {
  const given = textOf(resource, property);
  const found = [...world.functions.values()].find(({ name, arn }) => given === name || given.includes(arn));
  if (found === undefined) throw invalid(resource, property, "name a function of this app", given);
  return found;
};
