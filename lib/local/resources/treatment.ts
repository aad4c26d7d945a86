import { intrinsicOf } from "../intrinsics.ts";
import { isJsonObject, type Json } from "../json.ts";

/** What the embedded runtime makes of a property. A property that a type does not mention is refused. */
export type Treatment =
  | { readonly kind: "honoured" }
  /** Accepted, and works otherwise than on AWS: the person is told. */
  | { readonly kind: "differs"; readonly why: string }
  /** What each value gets; other values are refused. */
  | { readonly kind: "cases"; readonly cases: Treatments }
  /** A text of one form is honoured; others are refused. */
  | { readonly kind: "form"; readonly form: RegExp; readonly shown: string }
  /** A text that can be read is honoured; of others it says why they cannot. */
  | { readonly kind: "checked"; readonly problemOf: (text: string) => string | undefined }
  | { readonly kind: "fields"; readonly fields: Treatments }
  | { readonly kind: "each"; readonly item: Treatment };

export type Treatments = Readonly<Record<string, Treatment>>;

export const honoured: Treatment = { kind: "honoured" };
export const differs = (why: string): Treatment => ({ kind: "differs", why });
export const cases = (treatments: Treatments): Treatment => ({ kind: "cases", cases: treatments });
export const only = (...values: readonly string[]): Treatment =>
  cases(Object.fromEntries(values.map((value) => [value, honoured])));
/** @param shown the form, as a person writes it */
export const matching = (form: RegExp, shown: string): Treatment => ({ kind: "form", form, shown });
/** @param problemOf tells what is wrong with a text, if anything is */
export const checked = (problemOf: (text: string) => string | undefined): Treatment => ({ kind: "checked", problemOf });
export const fields = (treatments: Treatments): Treatment => ({ kind: "fields", fields: treatments });
export const each = (item: Treatment): Treatment => ({ kind: "each", item });

/** It describes or guards the deployed resource; nothing that runs can see it. */
export const inert = differs("no effect on a local run");

/** What came of looking at a value with its treatment. */
export type Finding =
  | { readonly kind: "unsupported"; readonly path: string; readonly reason: string }
  | { readonly kind: "differs"; readonly path: string; readonly why: string };

/** Returns all that a value has and this runtime does not, or not in AWS's way; unresolved functions are passed over. */
export const inspect = (treatment: Treatment, value: Json, path: string): readonly Finding[] => {
  if (intrinsicOf(value) !== undefined) return treatment.kind === "differs" ? [differing(treatment.why, path)] : [];
  switch (treatment.kind) {
    case "honoured":
      return [];
    case "differs":
      return [differing(treatment.why, path)];
    case "cases": {
      const named = treatment.cases[String(value)];
      if (named !== undefined) return inspect(named, value, path);
      return [unsupported(path, `is supported as ${Object.keys(treatment.cases).join(" or ")}, not ${String(value)}`)];
    }
    case "form":
      return treatment.form.test(String(value))
        ? []
        : [unsupported(path, `is supported as ${treatment.shown}, not ${String(value)}`)];
    case "checked": {
      const problem = treatment.problemOf(String(value));
      return problem === undefined ? [] : [unsupported(path, problem)];
    }
    case "each":
      return Array.isArray(value)
        ? value.flatMap((item) => inspect(treatment.item, item, `${path}[]`))
        : [unsupported(path, "is supported as a list")];
    case "fields":
      return inspectFields(treatment.fields, value, path);
  }
};

/** As {@link inspect}, for the fields of an object. */
export const inspectFields = (treatments: Treatments, value: Json, path = ""): readonly Finding[] => {
  if (!isJsonObject(value)) return [unsupported(path, "is supported as an object")];
  return Object.entries(value).flatMap(([name, item]) => {
    const inner = path === "" ? name : `${path}.${name}`;
    const treatment = treatments[name];
    if (treatment !== undefined) return inspect(treatment, item, inner);
    return [unsupported(inner, `is not among ${Object.keys(treatments).join(", ") || "what is supported: nothing"}`)];
  });
};

const differing = (why: string, path: string): Finding => ({ kind: "differs", path, why });

const unsupported = (path: string, reason: string): Finding => ({ kind: "unsupported", path, reason });
