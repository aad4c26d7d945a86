import { OPERATIONS, type Operation, submitOperations } from "./openapi-operations.ts";
import { type Json, reference, SCHEMAS, submission } from "./openapi-schemas.ts";
import { PROBLEMS, type ProblemCode } from "./problem.ts";
import { ROUTES, type Route } from "./routes.ts";

/**
 * Builds the API's description: the route table with one path for each job type, and the job types' own schemas.
 *
 * @param inputs JSON Schema (draft 2020-12) of each job type's input; `{}` where its schema gives none.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export const openApiDocument = (inputs: Readonly<Record<string, Json>>): Json => ({
  openapi: "3.1.1",
  info: { title: "Sluice", version: "1", description: "Submit jobs, and read what became of them." },
  paths: Object.fromEntries(
    pathsOf(Object.keys(inputs)).map(([path, operations]) => [path, Object.fromEntries(operations)]),
  ),
  components: {
    schemas: {
      ...SCHEMAS,
      ...Object.fromEntries(Object.entries(inputs).map(([type, schema]) => [submissionName(type), submission(schema)])),
    },
  },
});

const pathsOf = (types: readonly string[]): [string, [string, Json][]][] => {
  const paths = new Map<string, [string, Json][]>();
  const add = (path: string, { method }: Route, described: Json): void => {
    paths.set(path, [...(paths.get(path) ?? []), [method.toLowerCase(), described]]);
  };
  for (const route of ROUTES) {
    const { operationId, path } = route;
    if (operationId !== "submitJob" && operationId !== "submitBatch") {
      add(path, route, describe(route, OPERATIONS[operationId], operationId, pathParameters(path, types)));
      continue;
    }
    for (const type of types) {
      const operation = submitOperations(reference(submissionName(type)))[operationId];
      add(path.replace("{type}", type), route, describe(route, operation, `${operationId}-${type}`, []));
    }
  }
  return [...paths];
};

const describe = (
  { summary }: Route,
  { parameters = [], request, ok, problems }: Operation,
  operationId: string,
  inPath: readonly Json[],
): Json => {
  const all = [...inPath, ...parameters];
  const body = request && { required: request.isRequired, content: { "application/json": { schema: request.schema } } };
  return {
    operationId,
    summary,
    ...(all.length === 0 ? {} : { parameters: all }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...ok, ...problemResponses([...problems, "internal"]) },
  };
};

const pathParameters = (path: string, types: readonly string[]): readonly Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    in: "path",
    name,
    required: true,
    schema: name === "type" ? { enum: types } : { type: "string" },
  }));

/** One response for each status: several problems can share one. */
const problemResponses = (codes: readonly ProblemCode[]): Json => {
  const titles = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...titles].map(([status, same]) => [
      String(status),
      {
        description: same.map((code) => `${PROBLEMS[code].title}.`).join(" "),
        content: { "application/problem+json": { schema: reference("Problem") } },
      },
    ]),
  );
};

const submissionName = (type: string): string => `Submission-${type}`;
