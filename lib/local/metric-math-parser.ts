import { type ReadText, readText, type TokenReader, Unreadable, unreadableFrom } from "./token-reader.ts";

/** An expression of CloudWatch's metric math. */
export type MathExpression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "id"; readonly id: string }
  /** A bare word in capitals, for example `REPEAT`. */
  | { readonly kind: "keyword"; readonly word: string }
  | { readonly kind: "list"; readonly items: readonly MathExpression[] }
  | { readonly kind: "call"; readonly name: MathFunction; readonly args: readonly MathExpression[] }
  | { readonly kind: "negative"; readonly operand: MathExpression }
  | {
      readonly kind: "binary";
      readonly operator: MathOperator;
      readonly left: MathExpression;
      readonly right: MathExpression;
    };

export type MathOperator = "+" | "-" | "*" | "/" | "^" | "==" | "!=" | "<=" | ">=" | "<" | ">" | "AND" | "OR";

/** Functions, and how many arguments each takes. */
const FUNCTIONS = {
  ABS: { min: 1, max: 1 },
  AVG: { min: 1, max: 1 },
  CEIL: { min: 1, max: 1 },
  DIFF: { min: 1, max: 1 },
  FILL: { min: 2, max: 2 },
  FLOOR: { min: 1, max: 1 },
  IF: { min: 2, max: 3 },
  MAX: { min: 1, max: 1 },
  MIN: { min: 1, max: 1 },
  PERIOD: { min: 1, max: 1 },
  RATE: { min: 1, max: 1 },
  RUNNING_SUM: { min: 1, max: 1 },
  SUM: { min: 1, max: 1 },
} as const;

export type MathFunction = keyof typeof FUNCTIONS;

/** Lower binds less. */
const OPERATORS: Readonly<Record<string, { readonly operator: MathOperator; readonly power: number }>> = {
  OR: { operator: "OR", power: 1 },
  "||": { operator: "OR", power: 1 },
  AND: { operator: "AND", power: 2 },
  "&&": { operator: "AND", power: 2 },
  "==": { operator: "==", power: 3 },
  "!=": { operator: "!=", power: 3 },
  "<=": { operator: "<=", power: 3 },
  ">=": { operator: ">=", power: 3 },
  "<": { operator: "<", power: 3 },
  ">": { operator: ">", power: 3 },
  "+": { operator: "+", power: 4 },
  "-": { operator: "-", power: 4 },
  "*": { operator: "*", power: 5 },
  "/": { operator: "/", power: 5 },
  "^": { operator: "^", power: 6 },
};

/** A minus in front binds as products do. */
const NEGATIVE_POWER = 5;

const TOKENS = /\s*(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+|[A-Za-z_]\w*|\|\||&&|[=!<>]=|[-+*/^<>()[\],])/gy;

/**
 * Reads an expression of metric math.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export const parseMath = (text: string): ReadText<MathExpression> =>
  readText(text, TOKENS, (tokens) => readExpression(tokens, 0));

/** Returns the ids of what an expression is made of, each once. */
export const idsIn = (expression: MathExpression): readonly string[] => {
  switch (expression.kind) {
    case "id":
      return [expression.id];
    case "list":
      return [...new Set(expression.items.flatMap(idsIn))];
    case "call":
      return [...new Set(expression.args.flatMap(idsIn))];
    case "negative":
      return idsIn(expression.operand);
    case "binary":
      return [...new Set([...idsIn(expression.left), ...idsIn(expression.right)])];
    default:
      return [];
  }
};

const operatorOf = (token: string): (typeof OPERATORS)[string] | undefined =>
  Object.hasOwn(OPERATORS, token) ? OPERATORS[token] : undefined;

/** Reads what binds more than `least`. */
const readExpression = (tokens: TokenReader, least: number): MathExpression => {
  let left = readOperand(tokens);
  for (;;) {
    const found = operatorOf(tokens.next ?? "");
    if (found === undefined || found.power <= least) return left;
    tokens.take();
    left = { kind: "binary", operator: found.operator, left, right: readExpression(tokens, found.power) };
  }
};

const readOperand = (tokens: TokenReader): MathExpression => {
  const token = tokens.take();
  if (token === "-") return { kind: "negative", operand: readExpression(tokens, NEGATIVE_POWER) };
  if (token === "[") return { kind: "list", items: readUntil(tokens, "]") };
  if (token === "(") {
    const inner = readExpression(tokens, 0);
    tokens.expect(")");
    return inner;
  }
  if (/^[\d.]/.test(token)) return { kind: "number", value: Number(token) };
  if (/^[a-z]/.test(token)) return { kind: "id", id: token };
  if (!/^[A-Z]/.test(token)) throw unreadableFrom(token);
  return tokens.takes("(") ? readCall(tokens, token) : keyword(token);
};

const readCall = (tokens: TokenReader, name: string): MathExpression => {
  if (!isFunction(name)) throw new Unreadable(`uses ${name}, which is not among ${Object.keys(FUNCTIONS).join(", ")}`);
  const args = readUntil(tokens, ")");
  const { min, max } = FUNCTIONS[name];
  if (args.length < min || args.length > max) {
    throw new Unreadable(`must give ${name} ${min === max ? min : `${min}–${max}`} arguments, not ${args.length}`);
  }
  return { kind: "call", name, args };
};

const readUntil = (tokens: TokenReader, close: string): readonly MathExpression[] => {
  const items = [readExpression(tokens, 0)];
  while (tokens.takes(",")) items.push(readExpression(tokens, 0));
  tokens.expect(close);
  return items;
};

const keyword = (word: string): MathExpression => {
  if (word === "REPEAT") return { kind: "keyword", word };
  throw new Unreadable(`uses ${word}, which is not supported`);
};

const isFunction = (name: string): name is MathFunction => Object.hasOwn(FUNCTIONS, name);
