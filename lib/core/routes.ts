/** One route of the HTTP API. */
export type Route = {
  readonly operationId:
    | "submitJob"
    | "submitBatch"
    | "getJob"
    | "listJobs"
    | "cancelJob"
    | "redriveJob"
    | "listQueues"
    | "pauseQueue"
    | "limitQueue"
    | "resumeQueue"
    | "redriveQueue"
    | "listDeadLetters"
    | "redriveDeadLetters"
    | "getOpenApi";
  readonly method: "GET" | "POST";
  /** With parameters in braces, as API Gateway and OpenAPI write them. */
  readonly path: string;
  readonly summary: string;
};

/** The HTTP API: the template, the router and the OpenAPI document are made from this table. */
export const ROUTES: readonly Route[] = [
  { operationId: "submitJob", method: "POST", path: "/jobs/{type}", summary: "Submit one job" },
  { operationId: "submitBatch", method: "POST", path: "/jobs/{type}/batch", summary: "Submit up to 500 jobs" },
  { operationId: "getJob", method: "GET", path: "/jobs/{id}", summary: "Read one job" },
  { operationId: "listJobs", method: "GET", path: "/jobs", summary: "List dead jobs, newest first" },
  { operationId: "cancelJob", method: "POST", path: "/jobs/{id}/cancel", summary: "Cancel one job" },
  { operationId: "redriveJob", method: "POST", path: "/jobs/{id}/redrive", summary: "Run one dead job again" },
  { operationId: "listQueues", method: "GET", path: "/queues", summary: "Read every queue's depth and concurrency" },
  {
    operationId: "pauseQueue",
    method: "POST",
    path: "/queues/{type}/pause",
    summary: "Stop a type's jobs from starting",
  },
  {
    operationId: "limitQueue",
    method: "POST",
    path: "/queues/{type}/limit",
    summary: "Fix how many invocations of a type run at once",
  },
  {
    operationId: "resumeQueue",
    method: "POST",
    path: "/queues/{type}/resume",
    summary: "Lift what was set by hand",
  },
  {
    operationId: "redriveQueue",
    method: "POST",
    path: "/queues/{type}/redrive",
    summary: "Run the dead jobs of a type again that a filter names",
  },
  {
    operationId: "listDeadLetters",
    method: "GET",
    path: "/queues/{type}/dead-letters",
    summary: "List messages of the dead-letter queue: what is no job",
  },
  {
    operationId: "redriveDeadLetters",
    method: "POST",
    path: "/queues/{type}/dead-letters/redrive",
    summary: "Move messages of the dead-letter queue back to the queue",
  },
  { operationId: "getOpenApi", method: "GET", path: "/openapi.json", summary: "Read this API's description" },
];

/** Jobs that one batch may hold. */
export const MAX_BATCH_JOBS = 500;

export type RouteMatch =
  | { readonly kind: "matched"; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: "wrong-method"; readonly allowed: readonly string[] }
  | { readonly kind: "no-such-path" };

/** Finds the route of a request; a path that only other methods know is told apart from one that nobody knows. */
export const matchRoute = (method: string, path: string): RouteMatch => {
  const onPath = ROUTES.flatMap((route) => {
    const parameters = matchPath(route.path, path);
    return parameters === undefined ? [] : [{ route, parameters }];
  });
  const match = onPath.find(({ route }) => route.method === method);
  if (match !== undefined) return { kind: "matched", ...match };
  if (onPath.length === 0) return { kind: "no-such-path" };
  return { kind: "wrong-method", allowed: onPath.map(({ route }) => route.method) };
};

const matchPath = (pattern: string, path: string): Record<string, string> | undefined => {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined && part !== value) return undefined;
    if (name !== undefined && value === "") return undefined;
    if (name !== undefined) parameters[name] = value;
  }
  return parameters;
};
