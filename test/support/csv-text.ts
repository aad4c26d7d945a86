/** Writes rows as CSV with every field in quotes, so that any text survives. */
export const quotedCsv = (rows: readonly (readonly string[])[], lineEnd = "\n"): string =>
  rows.map((fields) => `${fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",")}${lineEnd}`).join("");
