// How long a durable run may last, all its waits included: what the deployment asks of the service, and what the run counts on.

export const runLifetimeMs = 24 * 60 * 60_000;
