import { codeOf } from "./pages.ts";

/** What an API answered to a command. */
export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/**
 * Runs a page's curl commands in order, with the addresses that they name replaced.
 *
 * `<id>` in a command is the job that the page submitted last; one that is to be redriven is dead by then.
 */
export const followCurls = async (
  page: string,
  { apiUrl, receiverUrl }: { readonly apiUrl: string; readonly receiverUrl: string },
): Promise<readonly Answer[]> => {
  const answers: Answer[] = [];
  for (const command of curlsOf(page)) {
    const id = answers.map(({ body }) => body.id).findLast((known) => known !== undefined);
    if (command.endsWith("/jobs/<id>/redrive")) await untilDead(`${apiUrl}/jobs/${id}`);
    const { url, init } = callOf(
      command
        .replace("http://127.0.0.1:3000", apiUrl)
        .replace("http://127.0.0.1:8080/", receiverUrl)
        .replace("<id>", String(id))
        .replace("<cursor>", "2026-11-22T20:48:49.529Z#x"),
    );
    const response = await fetch(url, init);
    answers.push({ status: response.status, body: (await response.json()) as Answer["body"] });
  }
  return answers;
};

const untilDead = async (url: string): Promise<void> => {
  for (;;) {
    const { status } = (await (await fetch(url)).json()) as { readonly status?: string };
    if (status === "dead") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

type Call = { readonly url: string; readonly init: RequestInit };

/** The curl commands of a page, each on one line. */
const curlsOf = (page: string): readonly string[] =>
  codeOf(page, "sh").flatMap((code) =>
    code
      .replaceAll("\\\n", " ")
      .split("\n")
      .filter((line) => line.startsWith("curl ")),
  );

/** Reads a curl command as a request. @throws Error for options that no page uses yet */
const callOf = (command: string): Call => {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "").values();
  const next = (): string => words.next().value ?? "";
  const headers: [string, string][] = [];
  const data: string[] = [];
  let [url, isGet] = ["", false];
  let method: string | undefined;
  for (const word of words) {
    if (word === "-H") headers.push(split(next(), ": "));
    else if (word === "-d") data.push(next());
    else if (word === "--data-urlencode") data.push(encoded(next()));
    else if (word === "--get") isGet = true;
    else if (word === "-X") method = next();
    else if (word.startsWith("http")) url = word;
    else if (word !== "curl" && word !== "-s") throw new Error(`curl's ${word} must be known to this test`);
  }
  if (isGet) return { url: `${url}?${data.join("&")}`, init: { headers } };
  if (data.length === 0) return { url, init: { method: method ?? "GET", headers } };
  return { url, init: { method: method ?? "POST", headers, body: data.join("&") } };
};

const split = (text: string, separator: string): [string, string] => {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
};

const encoded = (pair: string): string => {
  const [name, value] = split(pair, "=");
  return `${name}=${encodeURIComponent(value)}`;
};
