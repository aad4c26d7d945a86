import { SluiceError } from "../core/errors.ts";
import { LOOPBACK } from "./aws.ts";

/** The refusal of a port that somebody else listens on. */
export const portInUse = (port: number, option: "port" | "awsPort"): SluiceError =>
  new SluiceError("PortInUse", `${option} must be free on ${LOOPBACK}, got ${port} which is in use`, {
    hint: `choose another ${option}, or stop what listens there`,
  });
