// What a route is: a method, a path, and a use case that answers.
// One table of these per handler: the router, the 405s and the check against the OpenAPI document all read it.

import type { HttpAnswer } from './answer.ts';
import type { HttpRequest } from './request.ts';

export type Method = 'GET' | 'POST' | 'DELETE';

export interface Route<World> {
  readonly method: Method;
  /** With names in braces for the parts that vary: `/v1/runs/{name}`. */
  readonly path: string;
  /** Answers, or throws: a `RequestProblem` to say no, anything else when something broke. */
  readonly answer: (request: HttpRequest, world: World) => HttpAnswer | Promise<HttpAnswer>;
}
