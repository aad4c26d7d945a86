import { apiIdOf } from "./api-id.ts";
import { invalid, textOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { restApiOf } from "./rest-api-of.ts";
import { honoured } from "./treatment.ts";

export const restApiResource: ResourceType = {
  type: "AWS::ApiGateway::Resource",
  properties: { RestApiId: honoured, ParentId: honoured, PathPart: honoured },
  attributes: ["ResourceId"],
  create: (resource, world) => {
    const { paths } = restApiOf(resource, world);
    const parentId = textOf(resource, "ParentId");
    const parent = paths.get(parentId);
    if (parent === undefined) throw invalid(resource, "ParentId", "name a resource of the same API", parentId);
    const path = `${parent}/${textOf(resource, "PathPart")}`;
    const sibling = [...paths.values()].find((other) => other === path || isOtherVariable(other, path));
    if (sibling !== undefined) throw invalid(resource, "PathPart", `differ from its sibling ${sibling}`, path);
    const id = apiIdOf(resource);
    paths.set(id, path);
    return { ref: id, attributes: { ResourceId: id } };
  },
};

/** A resource has one variable below it, whatever its name; a greedy one is another matter. */
const isOtherVariable = (left: string, right: string): boolean => {
  const variable = /\/\{[^/{}+]+\}$/;
  return variable.test(left) && variable.test(right) && left.replace(variable, "") === right.replace(variable, "");
};
