import { useState } from 'preact/hooks';
import type { InputStatus } from '#contracts';
import type { Client } from '../client.js';
import { useReading } from './use-reading.js';
import { VerdictForm, proposalKey, type Proposal } from './verdict-form.js';
import { VerdictRow } from './verdict-row.js';

const EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface RainGaugePanelProps {
  readonly client: Pick<Client, 'readVerdicts' | 'decide'>;
  readonly gauge: InputStatus;
  readonly now: number;
  readonly onClose: () => void;
}

/** What operators decided of a rain gauge, and the way to decide: a rejected one adjusts the radar no more. */
export function RainGaugePanel({ client, gauge, now, onClose }: RainGaugePanelProps) {
  const [proposal, setProposal] = useState<Proposal>({ from: now - HOUR_MS, to: null, decision: 'reject' });
  const { value, problem } = useReading(signal => client.readVerdicts(gauge.input, signal), gauge.input, EVERY_MS);
  const standing = value?.verdicts.filter(({ superseded }) => !superseded) ?? [];
  return (
    <section class="quality" aria-labelledby="rain-gauge-title" data-test="rain-gauge">
      <h3 id="rain-gauge-title">Rain gauge {gauge.name}</h3>
      {problem !== '' && <p role="alert">Not known what was decided: {problem}</p>}
      {value && standing.length === 0 && <p class="quiet">No operator has decided on its values.</p>}
      <ul>
        {standing.map(verdict => (
          <VerdictRow key={verdict.seq} verdict={verdict} now={now} onPropose={setProposal} />
        ))}
      </ul>
      <VerdictForm
        key={proposalKey(proposal)}
        variable="P"
        proposal={proposal}
        onDecide={async verdict => {
          await client.decide(gauge.input, verdict);
        }}
        onClose={onClose}
      />
    </section>
  );
}
