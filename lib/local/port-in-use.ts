import { SluiceError } from "../core/errors.ts";
import { LOOPBACK } from "./aws.ts";

/** The refusal of a port that somebody else listens on. */
export const portInUse = (port: number, option: "--port" | "--aws-port"): SluiceError =>
  new SluiceError("PortInUse", `${option} must be free on ${LOOPBACK}, got ${port} which is in use`, {
    hint: `give another ${option}, 0 for any that is free, or stop what listens there`,
  });
