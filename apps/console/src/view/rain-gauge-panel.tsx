import { useState } from 'preact/hooks';
import type { InputStatus } from '#contracts';
import type { Client, RainGaugeDetail } from '../client.js';
import { flaggedStretches, isDoubted } from '../flagged-stretches.js';
import { StretchRow } from './stretch-row.js';
import { useReading } from './use-reading.js';
import { VerdictForm, proposalKey, type Proposal } from './verdict-form.js';
import { VerdictRow } from './verdict-row.js';

const EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface RainGaugePanelProps {
  readonly client: Pick<Client, 'readRainGauge' | 'decide'>;
  readonly gauge: InputStatus;
  readonly now: number;
  readonly onClose: () => void;
}

/** What operators decided of a rain gauge, and the way to decide: a rejected one adjusts the radar no more. */
export function RainGaugePanel({ client, gauge, now, onClose }: RainGaugePanelProps) {
  const [proposal, setProposal] = useState<Proposal>({ from: now - HOUR_MS, to: null, decision: 'reject' });
  const { value, problem } = useReading(signal => client.readRainGauge(gauge.input, signal), gauge.input, EVERY_MS);
  const standing = value?.verdicts.filter(({ superseded }) => !superseded) ?? [];
  return (
    <section class="quality" aria-labelledby="rain-gauge-title" data-test="rain-gauge">
      <h3 id="rain-gauge-title">Rain gauge {gauge.name}</h3>
      {problem !== '' && <p role="alert">Not known what the checks say and what was decided: {problem}</p>}
      {value && <p class="quiet">{sayDepths(value.values)}</p>}
      <ul>
        {flaggedStretches(value?.values ?? []).map(stretch => (
          <StretchRow key={stretch.first} stretch={stretch} now={now} onPropose={setProposal} />
        ))}
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

/** "12.4 mm in 31 values of 48 h, 2 of them doubted or rejected." */
function sayDepths(values: RainGaugeDetail['values']): string {
  if (values.length === 0) return 'No value of the last 48 h.';
  const total = values.reduce((sum, { rainMm }) => sum + (rainMm ?? 0), 0);
  const doubted = values.filter(({ flag }) => isDoubted(flag)).length;
  return `${total.toFixed(1)} mm in ${values.length} values of 48 h, ${doubted === 0 ? 'none' : doubted} of them doubted or rejected.`;
}
