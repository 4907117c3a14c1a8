// What the simulator really received, in order: the answer to "was it sent twice?".
// A flat record per request and no headers, so that tens of thousands are cheap and no token can be in them.

/** One request and how it ended. */
export interface LoggedRequest {
  /** When it arrived, in epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  /** The name under which the client reached us, with its port. */
  readonly host: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** The id in the path, whether or not there is such a VM. */
  readonly vm: string | null;
  /** The `type` in the body of an action, as it came; null for anything else, and when it never got so far. */
  readonly action: string | null;
  /** The status answered; null while there is none, and for ever if the connection ended before one. */
  readonly status: number | null;
  /** When the exchange was over, for whatever reason; null while it is under way. */
  readonly endedAt: number | null;
  /** Whether it carried a token that was accepted. */
  readonly authorised: boolean;
}

/** A log entry while its request is being answered. */
export type OpenEntry = { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] };

const limit = 200_000;

/** Requests in order of arrival. */
export class RequestLog {
  readonly #entries: OpenEntry[] = [];

  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Adds an entry, to be completed by whoever answers. Beyond 200,000 the oldest half is dropped. */
  open(entry: OpenEntry): OpenEntry {
    if (this.#entries.length >= limit) this.#entries.splice(0, limit / 2);
    this.#entries.push(entry);
    return entry;
  }
}
