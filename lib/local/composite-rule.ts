import type { AlarmState } from "./alarm-state.ts";
import { type ReadText, readText, type TokenReader, Unreadable } from "./token-reader.ts";

/** What a composite alarm is made of. */
export type AlarmRule =
  | { readonly kind: "constant"; readonly value: boolean }
  /** By name or ARN. */
  | { readonly kind: "state"; readonly state: AlarmState; readonly alarm: string }
  | { readonly kind: "not"; readonly rule: AlarmRule }
  | { readonly kind: "and" | "or"; readonly left: AlarmRule; readonly right: AlarmRule };

const STATES: readonly string[] = ["ALARM", "OK", "INSUFFICIENT_DATA"] satisfies readonly AlarmState[];
/** A name in double quotes, a bracket, or anything else up to a space or bracket: alarms' names may hold what they like. */
const TOKENS = /\s*("(?:[^"\\]|\\.)*"|[()]|[^\s()"]+)/gy;

/** Reads the rule of a composite alarm. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
export const parseAlarmRule = (text: string): ReadText<AlarmRule> => readText(text, TOKENS, readOr);

/** Tells whether a rule holds. */
export const holds = (rule: AlarmRule, stateOf: (alarm: string) => AlarmState | undefined): boolean => {
  switch (rule.kind) {
    case "constant":
      return rule.value;
    case "state":
      return stateOf(rule.alarm) === rule.state;
    case "not":
      return !holds(rule.rule, stateOf);
    case "and":
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    case "or":
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
};

/** Returns the alarms that a rule names, by name or ARN. */
export const alarmsIn = (rule: AlarmRule): readonly string[] => {
  switch (rule.kind) {
    case "constant":
      return [];
    case "state":
      return [rule.alarm];
    case "not":
      return alarmsIn(rule.rule);
    default:
      return [...new Set([...alarmsIn(rule.left), ...alarmsIn(rule.right)])];
  }
};

const readOr = (tokens: TokenReader): AlarmRule => {
  let left = readAnd(tokens);
  while (tokens.takes("OR")) left = { kind: "or", left, right: readAnd(tokens) };
  return left;
};

const readAnd = (tokens: TokenReader): AlarmRule => {
  let left = readOperand(tokens);
  while (tokens.takes("AND")) left = { kind: "and", left, right: readOperand(tokens) };
  return left;
};

const readOperand = (tokens: TokenReader): AlarmRule => {
  if (tokens.takes("NOT")) return { kind: "not", rule: readOperand(tokens) };
  if (tokens.takes("(")) {
    const rule = readOr(tokens);
    tokens.expect(")");
    return rule;
  }
  const word = tokens.take();
  if (word === "TRUE" || word === "FALSE") return { kind: "constant", value: word === "TRUE" };
  if (!STATES.includes(word)) {
    throw new Unreadable(`uses ${word}, which is not among ${STATES.join(", ")}, TRUE, FALSE, AND, OR, NOT`);
  }
  tokens.expect("(");
  const alarm = tokens.take();
  tokens.expect(")");
  return { kind: "state", state: word as AlarmState, alarm: unquoted(alarm) };
};

const unquoted = (token: string): string =>
  token.startsWith('"') ? token.slice(1, -1).replaceAll(/\\(.)/g, "$1") : token;
