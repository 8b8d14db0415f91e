import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formatStamp } from '../format.js';
import { unsignedOf, type AlertGroup } from '../group-alerts.js';
import { recallOperator } from '../preferences.js';
import { useSending } from './use-sending.js';

/** Signs alerts with a name; rejects with what the server said. */
export type Acknowledge = (alerts: readonly string[], operator: string) => Promise<void>;

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
          onSign={operator => onAcknowledge(unsigned, operator)}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

interface SignFormProps {
  readonly onSign: (operator: string) => Promise<void>;
  readonly onClose: () => void;
}

function SignForm({ onSign, onClose }: SignFormProps) {
  const [operator, setOperator] = useState(recallOperator());
  const { problem, sending, send } = useSending('Not acknowledged', onClose);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
  }, []);
  return (
    <form
      class="sign"
      onSubmit={event => {
        event.preventDefault();
        void send(operator.trim(), onSign);
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <label>
        Your name
        <input
          ref={field}
          name="operator"
          autoComplete="name"
          required
          maxLength={80}
          value={operator}
          onInput={event => {
            setOperator(event.currentTarget.value);
          }}
        />
      </label>
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
