import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { answerJsonError } from "./aws-error.ts";

/** What answers calls of one of AWS's services; it may throw, or reject. */
export type Service = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Lets a service that fails answer so, and fail alone: an error that nobody takes would end the thread, and all data with it. */
export const failingAlone =
  (service: Service): RequestListener =>
  async (request, response) => {
    try {
      await service(request, response);
    } catch (error) {
      answerFailure(response, error);
    }
  };

/** Answers that this run, and not its caller, is to blame. */
export const answerFailure = (response: ServerResponse, error: unknown): void => {
  if (response.headersSent) response.destroy();
  else answerJsonError(response, { code: "InternalFailure", message: failureMessage(error) }, 500);
};

export const failureMessage = (error: unknown): string => `a local run cannot cope with this: ${error}`;
