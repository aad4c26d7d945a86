export type AlarmState = "ALARM" | "OK" | "INSUFFICIENT_DATA";

/**
 * Tells whether a composite's rule holds; alarms that are not named are OK.
 *
 * @throws SyntaxError for what is no rule
 */
export const holds = (rule: string, states: Readonly<Record<string, AlarmState>>): boolean => {
  const script = rule
    .replaceAll(/\b(ALARM|OK|INSUFFICIENT_DATA)\("([^"]+)"\)/g, (_, state: string, name: string) =>
      String((states[name] ?? "OK") === state),
    )
    .replaceAll(/\bAND\b/g, "&&")
    .replaceAll(/\bOR\b/g, "||")
    .replaceAll(/\bNOT\b/g, "!");
  if (/[^()\s&|!a-z]/.test(script.replaceAll(/true|false/g, ""))) throw new SyntaxError(`no rule: ${script}`);
  return new Function(`return ${script}`)() as boolean;
};
