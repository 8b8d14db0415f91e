import { useState } from 'preact/hooks';
import type { StationDetail } from '../charts/hydrograph-model.js';
import { flaggedStretches, sayQuality, type FlaggedStretch } from '../flagged-stretches.js';
import { formatStamp } from '../format.js';
import { VerdictForm, proposalKey, type Decide, type Proposal } from './verdict-form.js';
import { VerdictRow } from './verdict-row.js';

export interface QualityPanelProps {
  readonly detail: StationDetail;
  readonly now: number;
  readonly onDecide: Decide;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What the checks and the operators say of the observations shown, for everybody to read, and the way to decide otherwise. */
export function QualityPanel({ detail, now, onDecide }: QualityPanelProps) {
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const stretches = flaggedStretches(detail.observations);
  const verdicts = detail.verdicts.filter(({ superseded, variable }) => !superseded && variable === 'Q');
  const close = (): void => {
    setProposal(null);
  };
  return (
    <section class="quality" aria-labelledby="quality-title" data-test="quality">
      <h3 id="quality-title">Quality of the observations</h3>
      {stretches.length === 0 && <p class="quiet">The checks doubt none of the values shown.</p>}
      <ul>
        {stretches.map(stretch => (
          <StretchRow key={stretch.first} stretch={stretch} now={now} onPropose={setProposal} />
        ))}
        {verdicts.map(verdict => (
          <VerdictRow key={verdict.seq} verdict={verdict} now={now} onPropose={setProposal} />
        ))}
      </ul>
      {proposal ? (
        <VerdictForm key={proposalKey(proposal)} variable="Q" proposal={proposal} onDecide={onDecide} onClose={close} />
      ) : (
        <button
          type="button"
          class="decide"
          onClick={() => {
            setProposal({ from: now - HOUR_MS, to: null, decision: 'reject' });
          }}
        >
          Decide on values
        </button>
      )}
    </section>
  );
}

interface StretchRowProps {
  readonly stretch: FlaggedStretch;
  readonly now: number;
  readonly onPropose: (proposal: Proposal) => void;
}

function StretchRow({ stretch, now, onPropose }: StretchRowProps) {
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
