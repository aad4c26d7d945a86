import { SluiceError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** A CloudFormation template, as far as the embedded runtime looks at it. */
export type Template = {
  readonly resources: Readonly<Record<string, TemplateResource>>;
  readonly outputs: Readonly<Record<string, TemplateOutput>>;
  readonly parameters: Readonly<Record<string, JsonObject>>;
  readonly conditions: JsonObject;
  /** Sections that the template has and that this runtime does not know. */
  readonly unknownSections: readonly string[];
};

export type TemplateResource = {
  readonly type: string;
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  /** Attributes beside the properties, such as `CreationPolicy`, that this runtime does not know. */
  readonly unknownAttributes: readonly string[];
};

export type TemplateOutput = {
  readonly value: Json;
  readonly exportName: Json | undefined;
  readonly condition: string | undefined;
};

/** `Rules` only check that the account was bootstrapped; the others say nothing about what runs. */
const SECTIONS = new Set([
  "Resources",
  "Outputs",
  "Parameters",
  "Conditions",
  "Rules",
  "Metadata",
  "Description",
  "AWSTemplateFormatVersion",
]);

/** `DeletionPolicy` and `UpdateReplacePolicy` speak of what is deleted: a run deletes nothing. */
const RESOURCE_ATTRIBUTES = new Set([
  "Type",
  "Properties",
  "DependsOn",
  "Condition",
  "Metadata",
  "DeletionPolicy",
  "UpdateReplacePolicy",
]);

/** Reads a template's sections. @throws TemplateInvalid where it is no template */
export const parseTemplate = (stackName: string, source: JsonObject): Template => ({
  resources: mapSection(stackName, source, "Resources", parseResource),
  outputs: mapSection(stackName, source, "Outputs", (output) => ({
    value: output.Value ?? null,
    exportName: isJsonObject(output.Export) ? output.Export.Name : undefined,
    condition: typeof output.Condition === "string" ? output.Condition : undefined,
  })),
  parameters: mapSection(stackName, source, "Parameters", (parameter) => parameter),
  conditions: mapSection(stackName, source, "Conditions", (condition) => condition),
  unknownSections: Object.keys(source).filter((section) => !SECTIONS.has(section)),
});

const parseResource = (resource: JsonObject): TemplateResource => ({
  type: String(resource.Type),
  properties: isJsonObject(resource.Properties) ? resource.Properties : {},
  dependsOn: [resource.DependsOn ?? []].flat().map(String),
  condition: typeof resource.Condition === "string" ? resource.Condition : undefined,
  unknownAttributes: Object.keys(resource).filter((attribute) => !RESOURCE_ATTRIBUTES.has(attribute)),
});

const mapSection = <Part>(
  stackName: string,
  source: JsonObject,
  section: string,
  parse: (entry: JsonObject) => Part,
): Readonly<Record<string, Part>> => {
  const entries = Object.entries(isJsonObject(source[section]) ? source[section] : {});
  return Object.fromEntries(
    entries.map(([name, entry]) => {
      if (!isJsonObject(entry)) throw invalid(`${stackName}.${section}.${name}`, entry);
      return [name, parse(entry)];
    }),
  );
};

const invalid = (path: string, got: Json): SluiceError =>
  new SluiceError("TemplateInvalid", `${path} must be an object, got ${JSON.stringify(got)}`, {
    hint: "synthesize the app again: npx cdk synth",
  });
