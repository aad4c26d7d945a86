import { SluiceError } from "../../core/errors.ts";
import type { FoundEmulator } from "./find-emulator.ts";

/** The version that `requirements.txt` pins. */
export const MINISTACK_VERSION = "1.5.33";
/** Versions before it deploy queues without their redrive policy. */
export const LEAST_MINISTACK = "1.5.20";

/** @throws EmulatorTooOld */
export const checkVersion = ({ kind, version }: FoundEmulator, endpoint: string): void => {
  if (kind !== "ministack" || version === undefined || isAtLeast(version, LEAST_MINISTACK)) return;
  throw new SluiceError(
    "EmulatorTooOld",
    `MiniStack at ${endpoint} must be ${LEAST_MINISTACK} or newer, got ${version}`,
    {
      hint: `upgrade it to ${MINISTACK_VERSION}, or stop it: \`npm run emulator\` then starts ${MINISTACK_VERSION} itself`,
    },
  );
};

const isAtLeast = (version: string, least: string): boolean => {
  const wanted = least.split(".").map(Number);
  const got = version.split(".").map((part) => Number.parseInt(part, 10));
  for (const [place, part] of wanted.entries()) {
    const difference = (got[place] ?? 0) - part;
    // A version that is no number (a build from source) is its user's own affair.
    if (Number.isNaN(difference) || difference > 0) return true;
    if (difference < 0) return false;
  }
  return true;
};
