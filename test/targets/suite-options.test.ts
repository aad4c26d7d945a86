import { describe, expect, it } from "vitest";
import { CASE_NAMES } from "./expectations.ts";
import { HELP, OPTIONS, suiteOptions } from "./suite-options.ts";

describe("the suite's command line", () => {
  it("plays every case of a target, on AWS of the stage dev", () => {
    expect(suiteOptions(["--target", "aws"])).toMatchObject({ target: "aws", stage: "dev", names: CASE_NAMES });
  });

  it("plays the named cases, in the table's order", () => {
    const options = suiteOptions(["--target", "embedded", "--only", "takes-a-limit", "--only", "runs-a-job"]);

    expect(options).toMatchObject({ names: ["runs-a-job", "takes-a-limit"] });
  });

  it.each([
    [[], "--target must be one of embedded, emulator, aws, got nothing"],
    [["--target", "docker"], "--target must be one of embedded, emulator, aws, got docker"],
    [["--target", "embedded", "--stage", "dev"], "--stage is for --target aws only"],
    [["--target", "emulator", "--protected-too"], "--protected-too is for --target aws only"],
    [["--target", "aws", "--logs"], "--logs is for --target embedded only"],
    [["--target", "embedded", "--keep"], "--keep and --check-kept are for deployments"],
    [["--target", "embedded", "--only", "everything"], "--only must name a case, got everything"],
    [["embedded"], "embedded"],
  ])("rejects %j", (args, message) => {
    expect(() => suiteOptions(args)).toThrow(message);
  });

  it("names every option and every exit code in its help", () => {
    for (const name of Object.keys(OPTIONS)) expect(HELP).toContain(`  --${name}`);
    for (const code of [0, 1, 2, 3, 130]) expect(HELP).toContain(` ${code} if`);
  });
});
