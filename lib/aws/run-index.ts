// The table's one index: all runs by the time they were recorded.
// Apart from the store, so that the template is made from the same names.

/**
 * Its keys are attributes that every run's item always had (`sk` is `run` for all of them), so that older runs are in it too and
 * nothing else is: no other item has `recordedAt`.
 */
export const runIndex = {
  name: 'runs-by-time',
  partition: 'sk',
  order: 'recordedAt',
  /** What stands in it beside the keys; everything more would be written twice at every change. */
  attributes: ['status'],
} as const;
