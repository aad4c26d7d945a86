import { expect, it, onTestFinished } from "vitest";
import { startLocal } from "../../lib/local/server.ts";
import { writeStorageApp } from "../support/storage-app.ts";

it("listens on 127.0.0.1 and on no other address of this machine", async () => {
  const run = await startLocal({ assemblyFolder: writeStorageApp(), port: 0, awsPort: 0 });
  onTestFinished(() => run.stop({ drainMs: 0 }));
  const urls = [run.apiUrl, run.awsUrl];

  const answers = await Promise.all(urls.map((url) => fetch(url)));

  expect(answers.map(({ status }) => typeof status)).toEqual(["number", "number"]);
  // A server of all addresses would answer at this one too: it leads to this machine as well.
  for (const url of urls) await expect(fetch(url.replace("127.0.0.1", "127.0.0.2"))).rejects.toThrow("fetch failed");
});
