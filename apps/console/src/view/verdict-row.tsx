import type { VerdictView } from '#contracts';
import { formatStamp } from '../format.js';
import type { Proposal } from './verdict-form.js';

const DONE = { trust: 'Trusted', reject: 'Rejected', checks: 'Left to the checks' } as const;

export interface VerdictRowProps {
  readonly verdict: VerdictView;
  readonly now: number;
  readonly onPropose: (proposal: Proposal) => void;
}

/** What an operator decided, and the way to revise it. */
export function VerdictRow({ verdict, now, onPropose }: VerdictRowProps) {
  const { decision, reason, by, at } = verdict;
  const [from, to] = [Date.parse(verdict.from), verdict.to === null ? null : Date.parse(verdict.to)];
  const until = to === null ? 'until further notice' : `to ${formatStamp(to, now)}`;
  return (
    <li data-test="verdict">
      <span>
        <b>{DONE[decision]}</b> after {formatStamp(from, now)} {until}: “{reason}”{' '}
        <span class="quiet">
          {by}, {formatStamp(Date.parse(at), now)}
        </span>
      </span>
      {decision !== 'checks' && (
        <button
          type="button"
          class="decide"
          aria-label={`Revise the verdict of ${by}`}
          onClick={() => {
            onPropose({ from, to, decision: 'checks' });
          }}
        >
          Revise
        </button>
      )}
    </li>
  );
}
