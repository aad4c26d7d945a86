import { SluiceError } from "../../core/errors.ts";
import { REGION } from "../aws.ts";

/** The endpoint checks no signature; its scope says that the call is meant for S3. */
const AUTHORIZATION = `AWS4-HMAC-SHA256 Credential=local/20000101/${REGION}/s3/aws4_request, SignedHeaders=host, Signature=local`;

/** Makes a bucket; one that there is stays as it is. @throws AwsCallFailed with what S3 answered */
export const createBucket = async (awsUrl: string, name: string): Promise<void> => {
  const response = await fetch(`${awsUrl}/${encodeURIComponent(name)}`, {
    method: "PUT",
    headers: { authorization: AUTHORIZATION, connection: "close" },
  });
  const text = await response.text();
  if (!response.ok) throw new SluiceError("AwsCallFailed", `CreateBucket must succeed, got ${text}`);
};
