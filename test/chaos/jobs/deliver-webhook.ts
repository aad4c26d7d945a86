/** The shipped job type, as it is. */
export { input, retry, run } from "../../../lambdas/jobs/deliver-webhook.ts";
