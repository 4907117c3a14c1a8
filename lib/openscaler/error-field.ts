// What an answer says of an error under a status of success: the reference shows no error bodies, so any may be one.
// A 2xx that carries an error must be taken neither for an action that was accepted nor for a list that is whole.

/** Whether a field of this name (in lower case) with this value says that something went wrong. */
export function isErrorField(name: string, value: unknown): boolean {
  if (name === 'success' || name === 'ok') return value === false;
  if (name === 'status') return typeof value === 'string' && /^(error|fail|failed|failure)$/i.test(value);
  return (name === 'error' || name === 'errors') && !isNothing(value);
}

/** Whether the JSON is an object that has an error in one of its own fields. */
export function saysError(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
  return Object.entries(json).some(([key, value]) => isErrorField(key.toLowerCase(), value));
}

function isNothing(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return !value;
}
