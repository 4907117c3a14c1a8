// What an inline expression says, as data: windows, moments, spans between instants, always.
// Every item carries its own zone, so that nothing below has to know about defaults.

export type Wanted = 'on' | 'off';

/** On from `fromMinute` to `toMinute` of each of the days; overnight when it ends before it starts. */
export interface WindowItem {
  readonly kind: 'window';
  /** Sorted, 1 is Monday; null is every day. */
  readonly days: readonly number[] | null;
  /** 0 to 1439. */
  readonly fromMinute: number;
  /** 0 to 1440. */
  readonly toMinute: number;
  readonly zone: string;
}

/** One-sided: only ever starts, or only ever stops. A moment, not a level. */
export interface MomentItem {
  readonly kind: 'moment';
  readonly wanted: Wanted;
  readonly days: readonly number[] | null;
  /** 0 to 1439 for a start, to 1440 for a stop. */
  readonly minute: number;
  readonly zone: string;
}

/** On between two instants, in epoch milliseconds. */
export interface SpanItem {
  readonly kind: 'span';
  readonly fromMs: number;
  readonly toMs: number;
}

export interface AlwaysItem {
  readonly kind: 'always';
  readonly wanted: Wanted;
}

export type Item = WindowItem | MomentItem | SpanItem | AlwaysItem;

export interface Expression {
  readonly items: readonly Item[];
  /** The zone that ended the expression, else the default; null only where no item needs one. */
  readonly zone: string | null;
}
