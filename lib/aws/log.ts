// The Log of a Lambda: JSON lines by AWS Lambda Powertools, one per fact.
// Everything goes through printableFields first, because Powertools copies every property of an error it is given.

import { Logger } from '@aws-lambda-powertools/logger';
import type { Log, LogFields } from '../ports.ts';
import { printableFields, printableText } from './log-fields.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A log that prints allow-listed fields of our own errors and no secret, at every level. */
export function lambdaLog({ level, service }: { readonly level: LogLevel; readonly service: string }): Log {
  const logger = new Logger({ logLevel: level, serviceName: service });
  const line = (to: LogLevel) => (message: string, fields?: LogFields) =>
    logger[to](printableText(message), printableFields(fields));
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
