import { sayQuality, type FlaggedStretch } from '../flagged-stretches.js';
import { formatStamp } from '../format.js';
import type { Proposal } from './verdict-form.js';

const MINUTE_MS = 60_000;

export interface StretchRowProps {
  readonly stretch: FlaggedStretch;
  readonly now: number;
  readonly onPropose: (proposal: Proposal) => void;
}

/** What the checks say of values next to each other, and the way to decide otherwise. */
export function StretchRow({ stretch, now, onPropose }: StretchRowProps) {
  const { first, last, count } = stretch;
  const when = count === 1 ? formatStamp(first, now) : `${formatStamp(first, now)}–${formatStamp(last, now)}, ${count} values`;
  const manual = stretch.sources.includes('MAN');
  return (
    <li data-test="stretch">
      <span>
        <b>{when}</b> {sayQuality(stretch)}
      </span>
      {!manual && (
        <button
          type="button"
          class="decide"
          aria-label={`Decide on ${when}`}
          onClick={() => {
            onPropose({ from: first - MINUTE_MS, to: last, decision: 'trust' });
          }}
        >
          Decide
        </button>
      )}
    </li>
  );
}
