import { isList, isObject, type Json, type JsonObject } from "./json.ts";

/**
 * Returns a template's value as a person would write it: `${Id}` and `${Id.Attribute}` for references, joined texts
 * joined, and JSON within a text (a dashboard's body, for one) unfolded.
 */
export const plain = (value: Json): Json => {
  if (isList(value)) return value.map(plain);
  if (!isObject(value)) return typeof value === "string" ? unfolded(value) : value;
  const text = textOfCall(value);
  if (text !== undefined) return unfolded(text);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
};

/** Returns the text that a call of one of CloudFormation's functions stands for. */
const textOfCall = (value: JsonObject): string | undefined => {
  const [[name, given] = ["", null], ...more] = Object.entries(value);
  if (more.length > 0) return undefined;
  if (name === "Ref") return `\${${given}}`;
  if (!name.startsWith("Fn::")) return undefined;
  const [first, second] = isList(given) ? given : [given];
  if (name === "Fn::GetAtt" && isList(given)) return `\${${given.join(".")}}`;
  if (name === "Fn::Join" && isList(second)) return second.map(inText).join(String(first));
  if (name === "Fn::Sub") return isList(given) ? `${first} with ${inText(second ?? null)}` : String(given);
  return `\${${name.slice("Fn::".length)} ${isList(given) ? given.map(inText).join(" ") : inText(given)}}`;
};

const inText = (value: Json): string => {
  const text = isObject(value) ? textOfCall(value) : value;
  return typeof text === "string" ? text : JSON.stringify(plain(value));
};

const unfolded = (text: string): Json => {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
