import { SluiceError } from "../core/errors.ts";
import type { Stack } from "./assembly.ts";
import { isJsonObject, type Json } from "./json.ts";
import type { FunctionSettings } from "./world.ts";

/** Values that take the place of what the template gives to environment variables. */
export type Overrides = Readonly<Record<string, string>>;

/** Refuses names that no function declares. @throws VariableUnknown */
export const checkOverrides = (stacks: readonly Stack[], overrides: Overrides): void => {
  const declared = new Set(
    stacks
      .flatMap(({ template }) => Object.values(template.resources))
      .filter(({ type }) => type === "AWS::Lambda::Function")
      .flatMap(({ properties }) => Object.keys(fieldOf(fieldOf(properties, "Environment"), "Variables") ?? {})),
  );
  const unknown = Object.keys(overrides).filter((name) => !declared.has(name));
  if (unknown.length === 0) return;
  throw new SluiceError(
    "VariableUnknown",
    `environment must name variables that a function declares, got ${unknown.join(", ")}`,
    { hint: `choose from ${[...declared].sort().join(", ") || "none: the functions declare no variables"}` },
  );
};

const fieldOf = (value: Json | undefined, name: string): Json | undefined =>
  isJsonObject(value) ? value[name] : undefined;

/** Returns a function whose own variables have the values that override them. */
export const withOverrides = (settings: FunctionSettings, overrides: Overrides): FunctionSettings => ({
  ...settings,
  variables: Object.fromEntries(
    Object.entries(settings.variables).map(([name, value]) => [name, overrides[name] ?? value]),
  ),
});
