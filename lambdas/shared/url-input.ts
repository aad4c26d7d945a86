import * as z from "zod";

/** The schema of a URL that a job may call; where it leads is judged when it is called. */
export const urlInput = (description: string) =>
  z
    .url({ protocol: /^https?$/, error: "must be an absolute https: URL" })
    .max(2_048, "must be at most 2,048 characters long")
    .refine((url) => !/^\w+:\/*[^/?#]*@/.test(url), "must be without user name and password")
    .meta({ description, examples: ["https://example.com/"] });
