import type { RequestListener, Server } from "node:http";
import { answerJsonError } from "./aws-error.ts";
import { answerFailure } from "./service.ts";

const SPACE = " ".charCodeAt(0);
const OBJECT = "{".charCodeAt(0);
const NO_OBJECT = { code: "SerializationException", message: "the body must be a JSON object" };

/**
 * Answers by a server of dynalite, which works on a request once it has heard all of it.
 *
 * What goes wrong there would end the thread: nobody takes what a listener throws.
 */
export const answerByDynalite =
  (server: Server): RequestListener =>
  (request, response) => {
    let first: number | undefined;
    request.on("data", (chunk: Buffer) => {
      first ??= chunk.find((byte) => byte > SPACE);
    });
    server.emit("request", request, response);
    // dynalite throws where a client goes away in the middle of a request, as a killed function does.
    request.removeAllListeners("error");
    request.on("error", () => response.destroy());
    const work = request.listeners("end");
    request.removeAllListeners("end");
    request.on("end", () => {
      if (first !== undefined && first !== OBJECT) return answerJsonError(response, NO_OBJECT);
      try {
        for (const listener of work) Reflect.apply(listener, request, []);
      } catch (error) {
        answerFailure(response, error);
      }
    });
  };
