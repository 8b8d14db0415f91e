import { LEVEL_MARKS } from '../level-mark.js';
import type { Condition } from '../palette.js';

export interface LevelGlyphProps {
  readonly condition: Condition;
  /** Solid: observed. Hollow: forecast only. */
  readonly hollow?: boolean;
  /** Rests on nothing recent: the outline is broken. */
  readonly blind?: boolean;
  readonly size?: number;
}

/** The mark of a condition: colour, shape and letter. Decoration for the eye; words beside it say the same. */
export function LevelGlyph({ condition, hollow = false, blind = false, size = 20 }: LevelGlyphProps) {
  const { path, letter } = LEVEL_MARKS[condition];
  const classes = ['glyph', `is-${condition}`, hollow ? 'is-hollow' : '', blind ? 'is-blind' : ''].filter(Boolean).join(' ');
  return (
    <svg class={classes} width={size} height={size} viewBox="-1.5 -1.5 27 27" aria-hidden="true">
      <path d={path} />
      {letter && (
        <text x="12" y={condition === 'orange' ? 18.2 : 16.6} text-anchor="middle">
          {letter}
        </text>
      )}
    </svg>
  );
}

/** The mark and its word. */
export function LevelBadge(props: LevelGlyphProps) {
  return (
    <span class={`badge is-${props.condition}`}>
      <LevelGlyph size={16} {...props} />
      {LEVEL_MARKS[props.condition].word}
    </span>
  );
}
