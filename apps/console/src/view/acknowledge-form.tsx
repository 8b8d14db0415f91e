import { useState } from 'preact/hooks';
import type { Signature } from '../client.js';
import { formatStamp } from '../format.js';
import { unsignedOf, type AlertGroup } from '../group-alerts.js';
import { recallOperator } from '../preferences.js';
import { Field } from './field.js';
import { useSending } from './use-sending.js';

/** Signs alerts with a name and perhaps a word on why; rejects with what the server said. */
export type Acknowledge = (alerts: readonly string[], signature: Signature) => Promise<void>;

export interface AcknowledgeFormProps {
  readonly group: AlertGroup;
  readonly now: number;
  readonly onAcknowledge: Acknowledge;
}

/** Taking an alert is signed with a name. It stops the notifications, never the alert. */
export function AcknowledgeForm({ group, now, onAcknowledge }: AcknowledgeFormProps) {
  const [open, setOpen] = useState(false);
  const unsigned = unsignedOf(group).map(alert => alert.id);
  const signed = group.leading.acknowledged;
  return (
    <>
      {signed && (
        <p class="acknowledged" data-test="acknowledged">
          ✓ Acknowledged by <b>{signed.by}</b> at {formatStamp(Date.parse(signed.at), now)}
          {signed.note && <q>{signed.note}</q>}
        </p>
      )}
      {unsigned.length > 0 && !open && (
        <button
          type="button"
          class="acknowledge"
          onClick={() => {
            setOpen(true);
          }}
        >
          {signed ? 'Acknowledge the others' : 'Acknowledge'}
        </button>
      )}
      {unsigned.length > 0 && open && (
        <SignForm
          onSign={signature => onAcknowledge(unsigned, signature)}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

interface SignFormProps {
  readonly onSign: (signature: Signature) => Promise<void>;
  readonly onClose: () => void;
}

function SignForm({ onSign, onClose }: SignFormProps) {
  const [operator, setOperator] = useState(recallOperator());
  const [note, setNote] = useState('');
  const { problem, sending, send } = useSending('Not acknowledged', onClose);
  return (
    <form
      class="sign"
      onSubmit={event => {
        event.preventDefault();
        void send(operator.trim(), name => onSign({ operator: name, ...(note.trim() !== '' && { note: note.trim() }) }));
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <Field label="Your name" name="operator" autoComplete="name" required maxLength={80} focused value={operator} onValue={setOperator} />
      <Field label="Why, or what you do (may be left out)" name="note" autoComplete="off" maxLength={500} value={note} onValue={setNote} />
      <button type="submit" class="primary" disabled={sending || operator.trim() === ''}>
        Acknowledge
      </button>
      <button type="button" class="plain" onClick={onClose}>
        Cancel
      </button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}
