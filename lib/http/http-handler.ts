// A Lambda handler over a table of routes: middy around its router, with a problem document for whatever goes wrong.
// It never throws: an HTTP caller gets an answer, and the log gets the error.

import middy from '@middy/core';
import httpRouter, { type Route as RouterRoute } from '@middy/http-router';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Log } from '../ports.ts';
import type { HttpAnswer } from './answer.ts';
import { problemAnswer, RequestProblem } from './problem.ts';
import { type HttpEvent, readHttpEvent, toHttpRequest } from './request.ts';
import type { Route } from './route.ts';

export interface HttpHandlerOptions<World> {
  readonly routes: readonly Route<World>[];
  /** Called once per request, after the event was found well formed; may throw. */
  readonly world: () => World;
  readonly log: () => Log;
}

export type HttpHandler = (event: unknown, context?: Partial<Context>) => Promise<HttpAnswer>;

type RouterEvent = APIGatewayProxyEventV2;
type RouterAnswer = APIGatewayProxyStructuredResultV2;

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'] as const;

// An answer has to be out before the HTTP API, which waits 30 s, gives up with one that says nothing.
const timeoutEarlyInMillis = 500;

/** A handler for the HTTP API's events (payload format 2.0) that always resolves with an answer. */
export function httpHandler<World>(options: HttpHandlerOptions<World>): HttpHandler {
  const router = httpRouter<RouterEvent, RouterAnswer>({
    routes: [...options.routes.map((route) => serve(route, options)), ...refusals(options.routes)],
    notFoundResponse: () => {
      throw new RequestProblem('not-found', 'there is no such path; GET /openapi.json lists those there are');
    },
  });
  const handler = middy<RouterEvent, RouterAnswer>(router, { timeoutEarlyInMillis, timeoutEarlyResponse: tooLate })
    .before((request) => {
      Object.assign(request, { event: readHttpEvent(request.event) });
    })
    .onError(({ error, context }) => refuse(error, context.awsRequestId ?? 'none', options.log));
  return async (event, context = {}) => handler(event as RouterEvent, context as Context) as Promise<HttpAnswer>;
}

function serve<World>(
  route: Route<World>,
  { world }: HttpHandlerOptions<World>,
): RouterRoute<RouterEvent, RouterAnswer> {
  const handler = async (event: unknown, context: Context): Promise<HttpAnswer> => {
    const remainingMs = context.getRemainingTimeInMillis?.() ?? 30_000;
    return route.answer(toHttpRequest(event as HttpEvent, remainingMs), world());
  };
  return { method: route.method, path: route.path, handler };
}

/** For every path, the methods it does not know: 405, with those it knows in `Allow`. */
function refusals<World>(routes: readonly Route<World>[]): RouterRoute<RouterEvent, RouterAnswer>[] {
  return [...new Set(routes.map(({ path }) => path))].flatMap((path) => {
    const known: readonly string[] = routes.filter((route) => route.path === path).map(({ method }) => method);
    const allow = known.join(', ');
    const handler = () => {
      throw new RequestProblem('method', `this path takes ${allow}`, { headers: { allow } });
    };
    return methods.filter((method) => !known.includes(method)).map((method) => ({ method, path, handler }));
  });
}

function tooLate(): never {
  throw new RequestProblem('timeout', 'the answer took too long; ask for less, or launch a run and read it later');
}

function refuse(error: unknown, requestId: string, log: () => Log): HttpAnswer {
  const answer = problemAnswer(error, requestId);
  const fields = { status: answer.statusCode, requestId, error };
  if (answer.statusCode < 500) log().info('a request was refused', fields);
  else log().error('a request could not be served', fields);
  return answer;
}
