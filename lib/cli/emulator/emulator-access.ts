import { SluiceError } from "../../core/errors.ts";

/** Emulators take any credentials, and tell accounts apart by them: these name the account of twelve zeros. */
const KEY = "test";
/** Where nobody names a region. */
export const DEFAULT_REGION = "us-east-1";

/** What an SDK client needs to call an emulator. */
export type EmulatorAccess = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
};

/** Returns how to call an emulator; the region is the user's, the credentials never are. */
export const emulatorAccess = (endpoint: string, region: string): EmulatorAccess => ({
  endpoint,
  region,
  credentials: { accessKeyId: KEY, secretAccessKey: KEY },
  maxAttempts: 2,
});

/** Reads the region of an environment. @throws RegionInvalid */
export const regionOf = (environment: NodeJS.ProcessEnv): string => {
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? DEFAULT_REGION;
  if (/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) return region;
  throw new SluiceError("RegionInvalid", `AWS_REGION must name a region, got ${JSON.stringify(region)}`, {
    hint: `unset it, or set it to a region like ${DEFAULT_REGION}`,
  });
};

/**
 * Returns the environment in which `cdk` and `cdklocal` reach an emulator and nothing else: no profile, no credentials
 * and no endpoint of the user's is left in it.
 */
export const emulatorEnvironment = (
  environment: NodeJS.ProcessEnv,
  { endpoint, region }: Pick<EmulatorAccess, "endpoint" | "region">,
): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(AWS|CDK)_/.test(name))),
  AWS_ENDPOINT_URL: endpoint,
  // cdklocal asks for both.
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: KEY,
  AWS_SECRET_ACCESS_KEY: KEY,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  // cdklocal takes away what is not named here.
  AWS_ENVAR_ALLOWLIST: "AWS_REGION,AWS_DEFAULT_REGION",
  AWS_EC2_METADATA_DISABLED: "true",
});
