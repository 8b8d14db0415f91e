import type { VerdictDecided, VerdictDecision } from '#contracts';
import { useState } from 'preact/hooks';
import { recallOperator } from '../preferences.js';
import { Field } from './field.js';
import { useSending } from './use-sending.js';

/** Decides on values with a name and a reason; rejects with what the server said. */
export type Decide = (verdict: VerdictDecided) => Promise<void>;

export interface Proposal {
  /** Values after this time, epoch ms. */
  readonly from: number;
  readonly to: number | null;
  readonly decision: VerdictDecision;
}

/** Another proposal fills in another form. */
export const proposalKey = ({ from, to, decision }: Proposal): string => `${from}/${to ?? ''}/${decision}`;

export interface VerdictFormProps {
  readonly variable: VerdictDecided['variable'];
  readonly proposal: Proposal;
  readonly onDecide: Decide;
  readonly onClose: () => void;
}

const CHOICES: readonly (readonly [VerdictDecision, string])[] = [
  ['trust', 'Trust'],
  ['reject', 'Reject'],
  ['checks', 'Leave to the checks'],
];

/** An operator's verdict in place of the checks': which values, what, why, who. */
export function VerdictForm({ variable, proposal, onDecide, onClose }: VerdictFormProps) {
  const [from, setFrom] = useState(inputOf(proposal.from));
  const [to, setTo] = useState(proposal.to === null ? '' : inputOf(proposal.to));
  const [decision, setDecision] = useState(proposal.decision);
  const [reason, setReason] = useState('');
  const [operator, setOperator] = useState(recallOperator());
  const { problem, sending, send } = useSending('Not decided', onClose);
  const decide = (by: string): Promise<void> =>
    onDecide({ operator: by, reason: reason.trim(), variable, from: instantOf(from), to: to === '' ? null : instantOf(to), decision });
  return (
    <form
      class="sign verdict-form"
      data-test="verdict-form"
      onSubmit={event => {
        event.preventDefault();
        void send(operator.trim(), decide);
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <Times from={from} to={to} onFrom={setFrom} onTo={setTo} />
      <Choices decision={decision} onChoose={setDecision} />
      <Field label="Reason, for whoever reads it later" name="reason" required maxLength={500} focused value={reason} onValue={setReason} />
      <Field label="Your name" name="operator" autoComplete="name" required maxLength={80} value={operator} onValue={setOperator} />
      <button type="submit" class="primary" disabled={sending || operator.trim() === '' || reason.trim() === ''}>
        Decide
      </button>
      <button type="button" class="plain" onClick={onClose}>
        Cancel
      </button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}

interface TimesProps {
  readonly from: string;
  readonly to: string;
  readonly onFrom: (text: string) => void;
  readonly onTo: (text: string) => void;
}

const Times = ({ from, to, onFrom, onTo }: TimesProps) => (
  <div class="verdict-times">
    <Field label="Values after (UTC)" {...TIME} name="from" required value={from} onValue={onFrom} />
    <Field label="up to (UTC); empty: until further notice" {...TIME} name="to" value={to} onValue={onTo} />
  </div>
);

const Choices = ({
  decision,
  onChoose,
}: {
  readonly decision: VerdictDecision;
  readonly onChoose: (decision: VerdictDecision) => void;
}) => (
  <fieldset>
    <legend>Verdict</legend>
    {CHOICES.map(([value, words]) => (
      <label key={value}>
        <input
          type="radio"
          name="decision"
          value={value}
          checked={decision === value}
          onChange={() => {
            onChoose(value);
          }}
        />
        {words}
      </label>
    ))}
  </fieldset>
);

/** UTC by the 24-hour clock as everywhere on the page; a date field of the browser would speak the language of the device. */
const TIME = {
  pattern: '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}',
  title: 'like 2014-11-04 13:00',
  autoComplete: 'off',
} as const;
const inputOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
const instantOf = (text: string): string => `${text.trim().replace(' ', 'T')}:00Z`;
