// JSON from an API that may answer anything, without an exception for what is none.
// On its own, since the list, the hints that it is partial, errors and actions all read it.

/** The text as JSON, undefined when it isn't any. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON is an answer too: every caller says what it means there.
    return undefined;
  }
}
