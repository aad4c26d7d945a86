import { describe, expect, test } from "vitest";
import { logicalId } from "../../lib/constructs/logical-id.ts";

describe("logicalId", () => {
  test.each([
    [["deliver-webhook", "Queue"], "DeliverWebhookQueue"],
    [["deliver-webhook", "DeadLetterQueue"], "DeliverWebhookDeadLetterQueue"],
    [["deliver-webhook", "Secret", "WEBHOOK_SIGNING_SECRET"], "DeliverWebhookSecretWebhookSigningSecret"],
    [["s3-copy2", "Queue"], "S3Copy2Queue"],
    [["JobTable"], "JobTable"],
  ])("joins %j to %s", (names, expected) => {
    expect(logicalId(...names)).toBe(expected);
  });
});
