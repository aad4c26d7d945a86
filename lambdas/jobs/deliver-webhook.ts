import * as z from "zod";
import type { Run } from "../../lib/core/job-type.ts";
import type { RetryPolicy } from "../../lib/core/retry.ts";
import { guardedFetch } from "../shared/guarded-fetch.ts";
import { readExcerpt } from "../shared/read-excerpt.ts";
import { systemClock } from "../shared/system.ts";
import { throwUnlessOk } from "../shared/throw-unless-ok.ts";
import { urlInput } from "../shared/url-input.ts";

/** The environment variable with the secret, `whsec_<base64>`; while secrets are changed, two with a space between. */
const SECRET_VARIABLE = "WEBHOOK_SIGNING_SECRET";

export const input = z
  .strictObject({
    url: urlInput("Where the event is posted. Redirects are not followed; private addresses are refused."),
    event: z
      .string()
      .max(128, "must be at most 128 characters long")
      .regex(/^[\w-]+(?:\.[\w-]+)*$/, "must be words of letters, digits, _ and -, separated by full stops")
      .meta({ description: "What happened: the body's `type`.", examples: ["invoice.paid"] }),
    data: z.unknown().meta({ description: "Any JSON: the body's `data`.", examples: [{ id: "in_123" }] }),
  })
  .meta({ description: "An event to post to a receiver, signed as Standard Webhooks specifies." });

/** Up to 43 minutes of waiting: longer would hold messages in flight, of which SQS allows 120,000 a queue. */
export const retry: Partial<RetryPolicy> = { attempts: 10, baseSeconds: 5, maxSeconds: 3_600 };

/**
 * Posts an event and its signature to a receiver; any 2xx is a delivery.
 *
 * Every attempt sends the same body and the same `webhook-id`, by which the receiver knows a repetition.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const run: Run<typeof input> = async ({ url, event, data }, job) => {
  const body = JSON.stringify({ type: event, timestamp: job.submittedAt, data });
  const signed = await signatureHeaders(job.environment[SECRET_VARIABLE], job.idempotencyKey, body);
  const response = await job.measure(() =>
    guardedFetch({
      url,
      method: "POST",
      headers: { "content-type": "application/json", ...signed },
      body,
      signal: job.signal,
      environment: job.environment,
    }),
  );
  await throwUnlessOk(response, systemClock.nowMs());
  await readExcerpt(response.body);
  return { status: response.status };
};

const signatureHeaders = async (
  secrets: string | undefined,
  id: string,
  body: string,
): Promise<Readonly<Record<string, string>>> => {
  const at = new Date(systemClock.nowMs());
  const signatures = (await signersOf(secrets)).map((signer) => signer.sign(id, at, body));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": signatures.join(" "),
  };
};

/** Fails in a way that is retried: a wrong secret is the deployment's fault, and its repair lets the jobs through. */
const signersOf = async (secrets: string | undefined) => {
  // Loaded on first use: bundlers cannot leave a CommonJS library out where only `input` is asked for.
  const { Webhook } = await import("../shared/standard-webhook.ts");
  const each = (secrets ?? "").split(" ").filter((secret) => secret !== "");
  try {
    if (each.length === 0 || !each.every((secret) => secret.startsWith("whsec_"))) throw new Error("no whsec_ secret");
    return each.map((secret) => new Webhook(secret));
  } catch (cause) {
    const got = each.length === 0 ? "nothing" : "something else";
    throw new Error(`${SECRET_VARIABLE} must be whsec_<base64> in the job type's environment, got ${got}`, { cause });
  }
};
