/**
 * How clients of AWS reach it, short of region, credentials and endpoint, which the environment tells them.
 *
 * Short time-outs, because a call that hangs costs a whole batch its time.
 */
export const AWS_TRANSPORT = {
  // Without the last, the SDK would only warn.
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  maxAttempts: 4,
};
