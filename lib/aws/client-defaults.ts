// What every AWS SDK client here is made with: an end to every call.
// The SDK has no time-out of its own, and only warns of a slow answer unless told to throw.

/** For the SDK's client constructors; region, credentials and AWS_ENDPOINT_URL_* are left to the SDK's own reading. */
export const clientDefaults = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;
