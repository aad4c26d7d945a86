import { describe, expect, it } from "vitest";
import { routeMatcher } from "../../lib/local/http-routes.ts";

const matcherOf = (...routeKeys: readonly string[]): ((method: string, path: string) => unknown) => {
  const integration = { functionName: "f", timeoutMs: 1 };
  const match = routeMatcher(routeKeys.map((routeKey) => ({ apiId: "api", routeKey, integration })));
  return (method, path) => {
    const found = match(method, path);
    return found && [found.route.routeKey, found.pathParameters];
  };
};

describe("routeMatcher", () => {
  it.each([
    { request: "GET /jobs", found: ["GET /jobs", {}] },
    { request: "GET /jobs/7", found: ["GET /jobs/{id}", { id: "7" }] },
    { request: "GET /jobs/a%2Fb%20c", found: ["GET /jobs/{id}", { id: "a/b c" }] },
    { request: "GET /jobs/new", found: ["GET /jobs/new", {}] },
    { request: "DELETE /jobs/7", found: ["ANY /jobs/{id}", { id: "7" }] },
    { request: "GET /jobs/7/log", found: ["GET /jobs/{id}/{part}", { id: "7", part: "log" }] },
    { request: "GET /files/a/b.txt", found: ["GET /files/{proxy+}", { proxy: "a/b.txt" }] },
    { request: "GET /files/about", found: ["GET /files/about", {}] },
    { request: "GET /files/", found: ["$default", {}] },
    { request: "GET /elsewhere", found: ["$default", {}] },
    { request: "POST /jobs", found: ["$default", {}] },
    { request: "GET /Jobs", found: ["$default", {}] },
  ])("takes $request to $found", ({ request, found }) => {
    const match = matcherOf(
      "$default",
      "ANY /jobs/{id}",
      "GET /jobs/{id}/{part}",
      "GET /files/{proxy+}",
      "GET /files/about",
      "GET /jobs/{id}",
      "GET /jobs/new",
      "GET /jobs",
    );
    const [method = "", path = ""] = request.split(" ");

    expect(match(method, path)).toEqual(found);
  });

  it("finds nothing where nothing fits and there is no $default", () => {
    const match = matcherOf("GET /jobs", "POST /jobs/{type}");

    expect(match("GET", "/jobs/")).toBeUndefined();
    expect(match("GET", "/jobs/a")).toBeUndefined();
    expect(match("POST", "/jobs/")).toBeUndefined();
  });
});
