/** The same work as that of `nap`, in a queue of its own. */
export { input, run } from "./nap.ts";
