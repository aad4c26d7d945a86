import { LambdaClient } from "@aws-sdk/client-lambda";
import { AWS_TRANSPORT } from "./aws-transport.ts";

/** A worker loads this one only when its downstream is pressed. */
export const lambdaClient = (): LambdaClient => new LambdaClient(AWS_TRANSPORT);
