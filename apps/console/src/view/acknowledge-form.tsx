import type { AlertView } from '#contracts';
import { useState } from 'preact/hooks';
import { formatStamp } from '../format.js';
import { recallOperator, rememberOperator } from '../preferences.js';

export interface AcknowledgeFormProps {
  readonly alert: AlertView;
  readonly now: number;
  readonly onAcknowledge: (alert: string, operator: string) => Promise<void>;
}

/** Taking an alert is signed with a name. It stops the notifications, never the alert. */
export function AcknowledgeForm({ alert, now, onAcknowledge }: AcknowledgeFormProps) {
  const [open, setOpen] = useState(false);
  if (alert.acknowledged) {
    const at = formatStamp(Date.parse(alert.acknowledged.at), now);
    return (
      <p class="acknowledged" data-test="acknowledged">
        ✓ Acknowledged by <b>{alert.acknowledged.by}</b> at {at}
      </p>
    );
  }
  if (open)
    return (
      <SignForm
        alert={alert.id}
        onAcknowledge={onAcknowledge}
        onClose={() => {
          setOpen(false);
        }}
      />
    );
  return (
    <button
      type="button"
      class="acknowledge"
      onClick={() => {
        setOpen(true);
      }}
    >
      Acknowledge
    </button>
  );
}

interface SignFormProps {
  readonly alert: string;
  readonly onAcknowledge: AcknowledgeFormProps['onAcknowledge'];
  readonly onClose: () => void;
}

function SignForm({ alert, onAcknowledge, onClose }: SignFormProps) {
  const [operator, setOperator] = useState(recallOperator());
  const [problem, setProblem] = useState('');
  const [sending, setSending] = useState(false);
  const send = async (): Promise<void> => {
    setSending(true);
    try {
      rememberOperator(operator.trim());
      await onAcknowledge(alert, operator.trim());
      onClose();
    } catch (error) {
      setProblem(`Not acknowledged: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      setSending(false);
    }
  };
  return (
    <form
      class="sign"
      onSubmit={event => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <label>
        Your name
        <input
          name="operator"
          autoComplete="name"
          required
          maxLength={80}
          value={operator}
          ref={input => {
            if (input && document.activeElement?.closest('form') !== input.form) input.focus();
          }}
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
