import type { RestApiSettings } from "../rest-world.ts";
import type { World } from "../world.ts";
import { invalid, textOf } from "./properties.ts";
import type { Resource } from "./resource-type.ts";

/** Finds the REST API that a resource is part of. @throws TemplateInvalid */
export const restApiOf = (resource: Resource, { rest }: World, property = "RestApiId"): RestApiSettings => {
  const id = textOf(resource, property);
  const found = rest.apis.get(id);
  if (found === undefined) throw invalid(resource, property, "name a REST API of this app", id);
  return found;
};
