// By name: it is imported lazily, and bundlers cannot tell by which names a CommonJS library exports what.
export { Webhook } from "standardwebhooks";
