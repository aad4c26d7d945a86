import type { RouteSettings } from "./world.ts";

/** A route that fits a request, with the values of its path's variables. */
export type RouteMatch<Route extends Routed = RouteSettings> = {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
};

/** Anything that is found by `<METHOD> <path>`, or is what `$default` leads to. */
export type Routed = { readonly routeKey: string };

/**
 * Returns a function that finds the route of a request as API Gateway does: the path that says most wins, exact parts
 * over variables over `{proxy+}`; then a named method over `ANY`; then `$default`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export const routeMatcher = <Route extends Routed>(
  routes: readonly Route[],
): ((method: string, path: string) => RouteMatch<Route> | undefined) => {
  const patterns = routes.map(patternOf).sort((left, right) => (left.rank < right.rank ? -1 : 1));
  return (method, path) => {
    const segments = segmentsOf(path);
    for (const pattern of patterns) {
      const pathParameters = fitInto(pattern, method, segments);
      if (pathParameters !== undefined) return { route: pattern.route, pathParameters };
    }
    return undefined;
  };
};

type Pattern<Route> = {
  readonly route: Route;
  /** Undefined for `$default`, which fits all. */
  readonly segments: readonly string[] | undefined;
  readonly method: string;
  /** Sorts patterns: the first that fits is the one. */
  readonly rank: string;
};

const patternOf = <Route extends Routed>(route: Route): Pattern<Route> => {
  const [method = "", path] = route.routeKey.split(" ");
  if (path === undefined) return { route, segments: undefined, method: "ANY", rank: "~" };
  const segments = segmentsOf(path);
  return { route, segments, method, rank: `${segments.map(rankOf).join("")}${method === "ANY" ? "b" : "a"}` };
};

const rankOf = (segment: string): string => {
  if (!isVariable(segment)) return "0";
  return segment.endsWith("+}") ? "2" : "1";
};

const fitInto = (
  { segments, method }: Pattern<unknown>,
  requestMethod: string,
  given: readonly string[],
): Record<string, string> | undefined => {
  if (method !== "ANY" && method !== requestMethod) return undefined;
  if (segments === undefined) return {};
  const isGreedy = segments.at(-1)?.endsWith("+}") === true;
  if (isGreedy ? given.length < segments.length : given.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [place, segment] of segments.entries()) {
    const isRest = segment.endsWith("+}");
    const value = isRest ? given.slice(place).join("/") : (given[place] ?? "");
    if (!isVariable(segment)) {
      if (segment !== value) return undefined;
    } else if (value === "") return undefined;
    else parameters[segment.slice(1, isRest ? -2 : -1)] = decoded(value);
  }
  return parameters;
};

const isVariable = (segment: string): boolean => segment.startsWith("{");

const segmentsOf = (path: string): readonly string[] => path.split("/").slice(1);

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
