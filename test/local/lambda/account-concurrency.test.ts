import { expect, it } from "vitest";
import { defaultAccountConcurrency } from "../../../lib/local/lambda/account-concurrency.ts";

const GIB = 1_024 ** 3;

it.each([
  { cores: 2, memoryBytes: 24 * GIB, expected: 40 },
  { cores: 1, memoryBytes: 24 * GIB, expected: 20 },
  { cores: 8, memoryBytes: 16 * GIB, expected: 128 },
  { cores: 96, memoryBytes: 512 * GIB, expected: 1_000 },
  { cores: 2, memoryBytes: GIB, expected: 8 },
])("takes a machine of $cores cores and $memoryBytes bytes to carry $expected invocations", (machine) => {
  expect(defaultAccountConcurrency(machine.cores, machine.memoryBytes)).toBe(machine.expected);
});
