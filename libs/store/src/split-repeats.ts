/**
 * Splits a batch into waves in which no key occurs twice, keeping the order of each key: a set-based insert sees the
 * table as it was before the statement, so a second value of the same key must come in a statement of its own.
 */
export function splitRepeats<T>(rows: readonly T[], keyOf: (row: T) => string): T[][] {
  const occurrences = new Map<string, number>();
  const waves: T[][] = [];
  for (const row of rows) {
    const key = keyOf(row);
    const wave = occurrences.get(key) ?? 0;
    occurrences.set(key, wave + 1);
    (waves[wave] ??= []).push(row);
  }
  return waves;
}
