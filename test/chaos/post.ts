/** What came of a request: an answer, or nobody knows. */
export type Answer =
  | { readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  | { readonly status: undefined };

/** Longer than the API's own time-out: a run that is killed breaks the connection sooner. */
const PATIENCE_MS = 40_000;

/** Posts JSON; a connection that breaks is an answer that nobody knows. */
export const post = async (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
  } catch {
    return { status: undefined };
  }
};

/** Tells whether a request may be sent again: it was refused for a while, or nobody knows. */
export const isToRepeat = ({ status }: Answer): boolean => status === undefined || status === 429 || status >= 500;
