import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { serve } from "./local-server.ts";

export type FakeEmulator = {
  /** What the health paths answer, by path. */
  readonly health?: Readonly<Record<string, unknown>>;
  readonly account?: string;
  readonly hasCloudFormation?: boolean;
  readonly isBootstrapped?: boolean;
};

/** Serves what the search for an emulator asks: health, STS, CloudFormation's list of stacks, and one SSM parameter. */
export const serveFakeEmulator = async (fake: FakeEmulator): Promise<string> =>
  (await serve(answer(fake))).url.slice(0, -1);

const answer =
  ({ health = {}, account, hasCloudFormation = true, isBootstrapped = true }: FakeEmulator): RequestListener =>
  async (request, response) => {
    const report = health[request.url ?? ""];
    const body = await text(request);
    const end = (status: number, content: string): void => void response.writeHead(status).end(content);
    if (report !== undefined) return end(200, JSON.stringify(report));
    if (body.includes("Action=GetCallerIdentity") && account !== undefined) return end(200, identity(account));
    if (body.includes("Action=ListStacks") && hasCloudFormation) return end(200, NO_STACKS);
    if (String(request.headers["x-amz-target"]).endsWith(".GetParameter")) {
      return isBootstrapped
        ? end(200, JSON.stringify({ Parameter: { Value: "30" } }))
        : end(400, JSON.stringify({ __type: "ParameterNotFound" }));
    }
    return end(404, "there is nothing here");
  };

const identity = (account: string): string =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
  `<Arn>arn:aws:iam::${account}:root</Arn><UserId>${account}</UserId><Account>${account}</Account>` +
  `</GetCallerIdentityResult></GetCallerIdentityResponse>`;

const NO_STACKS =
  `<ListStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListStacksResult>` +
  `<StackSummaries/></ListStacksResult></ListStacksResponse>`;
