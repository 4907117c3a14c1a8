// A place in a text that only ever moves forward: what keeps reading hostile strings linear.
// Positions in messages count from 1, as people and editors do.

import { excerpt } from '../excerpt.ts';
import { Fault } from './fault.ts';

export class Cursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Moves past blanks and says which character comes next, '' at the end. */
  peek(): string {
    this.take(/\s*/y);
    return this.text.charAt(this.at);
  }

  /** Moves past what the sticky pattern matches here and returns it, or null and stays. */
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }

  /** A fault at this place, or at an earlier one. */
  fault(message: string, at = this.at): Fault {
    return new Fault(`at character ${at + 1}: ${message}`);
  }

  /** What stands here, short, for a message. */
  rest(at = this.at): string {
    return at >= this.text.length ? 'the end' : excerpt(this.text.slice(at, at + 25));
  }
}
