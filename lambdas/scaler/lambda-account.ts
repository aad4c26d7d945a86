import { GetAccountSettingsCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { AccountSeen } from "../../lib/core/scaling/queue-scaling.ts";
import type { Clock } from "../shared/ports.ts";
import type { Scaler } from "./scaler.ts";

/** AWS changes an account's concurrency rarely. */
const KEPT_MS = 300_000;

/** Reads the account's concurrency from Lambda, once in {@link KEPT_MS}; an older one serves where Lambda fails. */
export const lambdaAccount = (client: LambdaClient, clock: Clock): Scaler["account"] => {
  let last: { readonly readMs: number; readonly account: AccountSeen } | undefined;
  return async (abortSignal) => {
    const nowMs = clock.nowMs();
    if (last !== undefined && nowMs - last.readMs < KEPT_MS) return last.account;
    try {
      const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}), { abortSignal });
      const { ConcurrentExecutions: concurrency, UnreservedConcurrentExecutions: unreserved } = AccountLimit ?? {};
      if (concurrency === undefined) throw new Error("Lambda's account settings must tell its concurrency");
      last = { readMs: nowMs, account: { concurrency, unreserved: unreserved ?? concurrency } };
    } catch (error) {
      if (last === undefined) throw error;
    }
    return last.account;
  };
};
