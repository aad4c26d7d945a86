import type { StandardJSONSchemaV1 } from "@standard-schema/spec";
import type { JobTypeModule } from "../../lib/core/job-type.ts";
import { openApiDocument } from "../../lib/core/openapi.ts";
import type { Api } from "./api.ts";
import type { ApiResponse } from "./http.ts";

/** `GET /openapi.json`: the API's description, with the job types of this stage. */
export const describeApi = (api: Api): ApiResponse => {
  const inputs = Object.entries(api.inputs).map(([type, schema]) => [type, jsonSchemaOf(schema)] as const);
  return { status: 200, body: openApiDocument(Object.fromEntries(inputs)) };
};

/** Asks a schema for its shape by Standard JSON Schema; a schema that cannot tell takes anything, as far as is known. */
const jsonSchemaOf = (schema: JobTypeModule["input"]): Record<string, unknown> => {
  if (!givesJsonSchema(schema)) return {};
  const { $schema: _, ...shape } = schema["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  return shape;
};

const givesJsonSchema = (schema: object): schema is StandardJSONSchemaV1 =>
  "~standard" in schema &&
  typeof schema["~standard"] === "object" &&
  schema["~standard"] !== null &&
  "jsonSchema" in schema["~standard"];
