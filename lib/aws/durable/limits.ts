// How long a run may last, all its waits included: what the deployment asks of the service, and what the run and its sweep count on.

const minuteMs = 60_000;

/** Of a durable execution. */
export const executionLifetimeMs = 24 * 60 * minuteMs;

/**
 * Of a run from its claim on, by its engine. An execution's own time begins before the claim, which may be tried for some minutes;
 * inline, it is Lambda's longest invocation.
 */
export const runLifetimeMs = { durable: executionLifetimeMs - 15 * minuteMs, inline: 15 * minuteMs } as const;
