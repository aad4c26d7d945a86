/** The account and the region that a local run pretends to be in. */
export const ACCOUNT_ID = "000000000000";
export const REGION = "us-east-1";
export const PARTITION = "aws";
export const URL_SUFFIX = "amazonaws.com";

/** Where the run listens, and nowhere else: nothing outside this machine reaches it. */
export const LOOPBACK = "127.0.0.1";

/** Returns the ARN of something in the pretended account. */
export const arnOf = (service: string, resource: string, region: string = REGION): string =>
  `arn:${PARTITION}:${service}:${region}:${ACCOUNT_ID}:${resource}`;
