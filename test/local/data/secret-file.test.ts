import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { forgetSecrets, keepSecrets } from "../../../lib/local/data/secret-file.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("a file of secrets", () => {
  it("gives a secret the value that it had, as long as it is to be made in the same way", () => {
    const file = join(temporaryFolder(), "secrets.json");
    const first = keepSecrets(file);
    first("arn:a", "long", () => "1");
    first("arn:b", "long", () => "2");

    const second = keepSecrets(file);

    expect(second("arn:a", "long", () => "3")).toBe("1");
    expect(second("arn:b", "short", () => "4")).toBe("4");
    expect(keepSecrets(file)("arn:b", "short", () => "5")).toBe("4");
  });

  it("can be read by its owner alone, also if a start that was killed left its new version open to all", () => {
    const file = join(temporaryFolder({ "secrets.json.new": "x" }), "secrets.json");

    keepSecrets(file)("arn:a", "long", () => "hush");

    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toContain("hush");
  });

  it.each(["{", "[]", '{"arn:a":"hush"}', '{"arn:a":{"value":1,"recipe":""}}'])("rejects %s", (content) => {
    const file = join(temporaryFolder(), "secrets.json");
    writeFileSync(file, content);

    expect(() => keepSecrets(file)).toThrow(`dataFolder must hold data that can be read, got ${file}`);
  });
});

describe("a run in memory", () => {
  it("makes each secret anew", () => {
    expect([forgetSecrets("arn:a", "", () => "1"), forgetSecrets("arn:a", "", () => "2")]).toEqual(["1", "2"]);
  });
});
