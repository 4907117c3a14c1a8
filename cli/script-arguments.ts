// What the scripts beside `power` take on their command line: --help, and words with exit code 2 for what they do not know.
// Node's parseArgs throws, and a stack trace says nothing to whoever mistyped an option.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { exitCode } from './exit-code.ts';

export interface ScriptSetup<Options extends NonNullable<ParseArgsConfig['options']>> {
  /** Begins with the command, and ends in a newline. */
  readonly usage: string;
  readonly options: Options;
  /** The words that may stand there without an option. @default none */
  readonly words?: readonly string[];
}

/** This process's options and words, in their order. Ends the process for --help, and with exit code 2 for anything it does not know. */
export function scriptArguments<const Options extends NonNullable<ParseArgsConfig['options']>>({
  usage,
  options,
  words = [],
}: ScriptSetup<Options>) {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    process.exit(exitCode.well);
  }
  const refuse = (why: string): never => {
    process.stderr.write(`${why}\n\n${usage}`);
    process.exit(exitCode.usage);
  };
  const read = () => {
    try {
      return parseArgs({ args, options, allowPositionals: words.length > 0 });
    } catch (error) {
      return refuse(error instanceof Error ? error.message : String(error));
    }
  };
  const { values, positionals } = read();
  const stranger = positionals.find((word) => !words.includes(word));
  if (stranger !== undefined) refuse(`there is no "${stranger}": choose of ${words.join(', ')}`);
  /** One that counts something: a script that looks at nothing finds nothing wrong. */
  const wholeNumber = (option: string, value: string): number => {
    const number = Number(value);
    return Number.isSafeInteger(number) && number >= 1
      ? number
      : refuse(`--${option}: must be a whole number, 1 or more`);
  };
  return { values, positionals, wholeNumber, refuse };
}
