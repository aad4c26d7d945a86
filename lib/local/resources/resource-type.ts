import type { JsonObject } from "../json.ts";
import type { World } from "../world.ts";
import type { Treatments } from "./treatment.ts";

/** A kind of CloudFormation resource that this runtime can run. */
export type ResourceType = {
  readonly type: string;
  readonly properties: Treatments;
  /** What `Fn::GetAtt` can ask. */
  readonly attributes: readonly string[];
  /** Differences that no property shows. */
  readonly differences?: readonly { readonly about: string; readonly why: string }[];
  readonly create: (resource: Resource, world: World) => Promise<Created> | Created;
};

/** A resource of a template, its properties worked out. */
export type Resource = {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
};

export type Created = {
  /** What `Ref` gives. */
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, string>>;
};
