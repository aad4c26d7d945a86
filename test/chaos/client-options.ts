/** For a client of the system's AWS port that is none of its functions, and so meets no fault. */
export const clientOptions = (endpoint: string) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "chaos", secretAccessKey: "chaos" },
});
