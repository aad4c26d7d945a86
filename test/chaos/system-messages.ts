import type { LocalOptions, MappingObservation } from "../../lib/local/server.ts";

/** What the system under test is told when it starts: plain data. */
export type SystemSettings = {
  readonly run: Omit<LocalOptions, "onLog" | "onEvent">;
  /** Where it notes faults and settlements. */
  readonly eventsFile: string;
  /** Prints what functions log. */
  readonly showsLogs: boolean;
};

export type ToSystem = { readonly kind: "end-faults" } | { readonly kind: "stop" };

export type ChaosWorker = { readonly jobType: string; readonly variables: Readonly<Record<string, string>> };

export type FromSystem =
  | {
      readonly kind: "ready";
      readonly apiUrl: string;
      readonly awsUrl: string;
      readonly workers: readonly ChaosWorker[];
    }
  | { readonly kind: "observed"; readonly mappings: readonly MappingObservation[] }
  /** It is of no more use. */
  | { readonly kind: "failed"; readonly message: string };
