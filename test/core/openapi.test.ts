import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../lib/core/openapi.ts";
import { ROUTES } from "../../lib/core/routes.ts";

type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: unknown }[];
  readonly requestBody?: { readonly required: boolean };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
};
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};

const documentOf = (...types: readonly string[]): Document =>
  openApiDocument(
    Object.fromEntries(types.map((type) => [type, { type: "object", properties: { of: { const: type } } }])),
  ) as Document;

const DOCUMENT = documentOf("send-mail", "resize");

const operations = (): readonly Operation[] => Object.values(DOCUMENT.paths).flatMap((path) => Object.values(path));

describe("the OpenAPI document", () => {
  it.each([[["resize"]], [["send-mail", "resize"]], [[]]])("is valid for the job types %j", async (types) => {
    const checked = await new Validator().validate(structuredClone(documentOf(...types)));

    expect(checked).toMatchObject({ valid: true });
  });

  it("has every route, those to submit once for each job type", () => {
    const expected = ROUTES.flatMap(({ operationId, method, path }) => {
      const isForEach = operationId === "submitJob" || operationId === "submitBatch";
      const paths = isForEach ? ["send-mail", "resize"].map((type) => path.replace("{type}", type)) : [path];
      return paths.map((one) => `${method} ${one}`);
    });

    const described = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );

    expect(described.toSorted()).toEqual(expected.toSorted());
  });

  it("gives each operation an id of its own", () => {
    const ids = operations().map(({ operationId }) => operationId);

    expect(new Set(ids).size).toBe(ids.length);
  });

  it("describes the parameters of each path, a job type as one of the stage's", () => {
    const missing = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) => {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      return Object.values(methods).flatMap(({ operationId, parameters = [] }) => {
        const named = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
        return inPath.filter((name) => !named.includes(name ?? "")).map((name) => `${operationId}: ${name}`);
      });
    });

    const [type] = DOCUMENT.paths["/queues/{type}/redrive"]?.post?.parameters ?? [];
    expect(missing).toEqual([]);
    expect(type?.schema).toEqual({ enum: ["send-mail", "resize"] });
  });

  it("refers only to schemas that it has", () => {
    const referred = [...JSON.stringify(DOCUMENT).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    );

    expect(referred.length).toBeGreaterThan(10);
    expect(referred.filter((name) => !((name ?? "") in DOCUMENT.components.schemas))).toEqual([]);
  });

  it("names every problem that shares a status", () => {
    const conflict = DOCUMENT.paths["/jobs/{id}/redrive"]?.post?.responses["409"];

    expect(conflict?.description).toBe("The job is not dead. The job was redriven too often. The job's input is gone.");
  });

  it("lets the body of a redrive be left out, and of no submission", () => {
    const required = Object.fromEntries(
      operations().flatMap(({ operationId, requestBody }) =>
        requestBody === undefined ? [] : [[operationId, requestBody.required]],
      ),
    );

    expect(required).toEqual({
      "submitJob-send-mail": true,
      "submitBatch-send-mail": true,
      "submitJob-resize": true,
      "submitBatch-resize": true,
      limitQueue: true,
      redriveQueue: false,
      redriveDeadLetters: false,
    });
  });
});
