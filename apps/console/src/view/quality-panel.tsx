import { useState } from 'preact/hooks';
import type { StationDetail } from '../charts/hydrograph-model.js';
import { flaggedStretches } from '../flagged-stretches.js';
import { StretchRow } from './stretch-row.js';
import { VerdictForm, proposalKey, type Decide, type Proposal } from './verdict-form.js';
import { VerdictRow } from './verdict-row.js';

export interface QualityPanelProps {
  readonly detail: StationDetail;
  readonly now: number;
  readonly onDecide: Decide;
}

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
