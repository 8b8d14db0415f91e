import type { Condition } from './palette.js';

/** One condition drawn so that it is read without colour: a shape of its own and a letter. */
export interface LevelMark {
  readonly condition: Condition;
  readonly word: string;
  readonly letter: string;
  /** Outline in a 24 × 24 box. */
  readonly path: string;
}

const mark = (condition: Condition, word: string, letter: string, path: string): LevelMark =>
  Object.freeze({ condition, word, letter, path });

/** More corners that warn, from a calm disc to the octagon of a stop sign; unknown is a ring with a question mark. */
export const LEVEL_MARKS: Readonly<Record<Condition, LevelMark>> = Object.freeze({
  unknown: mark('unknown', 'Unknown', '?', 'M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18Z'),
  below: mark('below', 'Below yellow', '', 'M12 6a6 6 0 1 1 0 12a6 6 0 1 1 0-12Z'),
  yellow: mark('yellow', 'Yellow', 'Y', 'M12 1L23 12L12 23L1 12Z'),
  orange: mark('orange', 'Orange', 'O', 'M12 1.2L23.6 22H.4Z'),
  red: mark('red', 'Red', 'R', 'M7.6 1.3H16.4L22.7 7.6V16.4L16.4 22.7H7.6L1.3 16.4V7.6Z'),
});

const ORDER: readonly Condition[] = ['below', 'unknown', 'yellow', 'orange', 'red'];

/** How much attention a condition asks for. Unknown stands above "below": silence is not safety. */
export const urgencyOf = (condition: Condition): number => ORDER.indexOf(condition);

/** The condition of several that asks for most attention; unknown where there is none. */
export function worstOf(conditions: readonly Condition[]): Condition {
  return conditions.reduce<Condition>((worst, one) => (urgencyOf(one) > urgencyOf(worst) ? one : worst), conditions[0] ?? 'unknown');
}
