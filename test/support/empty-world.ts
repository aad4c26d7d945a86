import { forgetSecrets } from "../../lib/local/data/secret-file.ts";
import { emptyRestWorld } from "../../lib/local/rest-world.ts";
import type { World } from "../../lib/local/world.ts";

/** A world in which nothing is made yet, and where no service answers. */
export const emptyWorld = (): World => ({
  awsUrl: "http://127.0.0.1:1",
  apiUrl: "http://127.0.0.1:2",
  callAws: (target) => Promise.reject(new Error(`nobody answers ${target}`)),
  createBucket: (name) => Promise.reject(new Error(`nobody makes ${name}`)),
  assetFolders: new Map(),
  secrets: new Map(),
  keepSecret: forgetSecrets,
  queues: new Map(),
  functions: new Map(),
  mappings: [],
  schedules: [],
  asyncSettings: new Map(),
  integrations: new Map(),
  routes: [],
  rest: emptyRestWorld(),
  alarms: [],
  topics: new Map(),
});
