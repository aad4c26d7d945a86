import {
  type Integration,
  type IResource,
  JsonSchemaType,
  type MethodOptions,
  type RestApi,
} from "aws-cdk-lib/aws-apigateway";
import { OPERATIONS, submitOperations } from "../core/openapi-operations.ts";
import { ROUTES, type Route } from "../core/routes.ts";

/** A REST API knows one variable in a place: what is `{type}` in one route and `{id}` in another has this name. */
const VARIABLE = "{typeOrId}";
/** Whatever is below no other resource. */
const THE_REST = "{proxy+}";

const DESCRIBED = { ...OPERATIONS, ...submitOperations({}) };
const needsBody = ({ operationId }: Route): boolean => DESCRIBED[operationId].request?.isRequired === true;

/** What every method has: whom it lets in, and what answers. */
export type EveryMethod = MethodOptions & { readonly integration: Integration };

/**
 * Adds the methods of the route table, and to each resource one for every other request, so that refusals have one
 * shape: all with the same authorization, or strangers would reach the function through what is no route.
 */
export const addRestMethods = (api: RestApi, { integration, ...options }: EveryMethod): void => {
  const withBody = { ...options, ...bodyOptions(api) };
  for (const route of ROUTES) {
    const { operationId: operationName } = route;
    const own = { ...(needsBody(route) ? withBody : options), operationName };
    resourceAt(api.root, route.path).addMethod(route.method, integration, own);
  }
  const resources = new Set<IResource>([api.root, resourceAt(api.root, `/${THE_REST}`)]);
  for (const { path } of ROUTES) for (const resource of resourcesOn(api.root, path)) resources.add(resource);
  for (const resource of resources) resource.addMethod("ANY", integration, options);
};

/** All resources on the way to a path. */
const resourcesOn = (root: IResource, path: string): readonly IResource[] => {
  let resource = root;
  return path
    .split("/")
    .slice(1)
    .map((part) => {
      resource = childOf(resource, part);
      return resource;
    });
};

const resourceAt = (root: IResource, path: string): IResource => resourcesOn(root, path).at(-1) ?? root;

const childOf = (parent: IResource, part: string): IResource => {
  const name = part.startsWith("{") && part !== THE_REST ? VARIABLE : part;
  return parent.getResource(name) ?? parent.addResource(name);
};

/** Refuses a body that is none, or no JSON object, before the function is asked; what it must hold the function knows. */
const bodyOptions = (api: RestApi): MethodOptions => {
  const model = api.addModel("Body", { schema: { type: JsonSchemaType.OBJECT } });
  const requestValidator = api.addRequestValidator("Validator", {
    validateRequestBody: true,
    validateRequestParameters: true,
  });
  // Whatever type it claims to be of: what `curl -d` sends by itself is read as JSON too.
  return { requestValidator, requestModels: { $default: model } };
};
