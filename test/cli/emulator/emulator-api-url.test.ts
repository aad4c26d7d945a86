import { describe, expect, it } from "vitest";
import { emulatorApiUrl } from "../../../lib/cli/emulator/emulator-api-url.ts";
import { serve, serveAnswer } from "../../support/local-server.ts";

const answerOnly = async (path: string, status = 200): Promise<string> => {
  const { url } = await serve((request, response) => {
    response.writeHead(request.url === `${path}/openapi.json` ? status : 404).end();
  });
  return url.slice(0, -1);
};

describe("the address of a deployed API", () => {
  it.each([
    [{ is: "http", id: "a1" }, "/_aws/execute-api/a1"],
    [{ is: "http", id: "a1" }, "/_aws/execute-api/a1/$default"],
    [{ is: "rest", id: "a1", stageName: "live" }, "/restapis/a1/live/_user_request_"],
    [{ is: "rest", id: "a1", stageName: "live" }, "/_aws/execute-api/a1/live"],
  ] as const)("of %j is the one that answers: %s", async (api, path) => {
    const endpoint = await answerOnly(path);

    expect(await emulatorApiUrl(endpoint, api)).toBe(`${endpoint}${path}`);
  });

  it("is found where the API asks who calls it", async () => {
    const endpoint = await answerOnly("/_aws/execute-api/a1", 403);

    expect(await emulatorApiUrl(endpoint, { is: "http", id: "a1" })).toBe(`${endpoint}/_aws/execute-api/a1`);
  });

  it("rejects an emulator without HTTP APIs, and names the front that it may have", async () => {
    const { url } = await serveAnswer(404);

    await expect(emulatorApiUrl(url.slice(0, -1), { is: "http", id: "a1" })).rejects.toMatchObject({
      code: "ApiSilent",
      message: expect.stringContaining("got 404 at "),
      hint: expect.stringContaining('front: "rest"'),
    });
  });
});
