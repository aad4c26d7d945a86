/** Names the values of a function's environment as its handler reads them; a value left out does not compile. */
export const environmentVariables = <Field extends string>(
  names: Readonly<Record<Field, string>>,
  values: Readonly<Record<NoInfer<Field>, string | number>>,
): Record<string, string> =>
  Object.fromEntries(Object.entries<string>(names).map(([field, name]) => [name, String(values[field as Field])]));
