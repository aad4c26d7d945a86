/** For a client of a run's AWS port that is none of its functions: any credentials do, and no injected fault meets it. */
export const clientOptions = (endpoint: string) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});
