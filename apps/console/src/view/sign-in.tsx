import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { AccessReply } from '#contracts';

/** Tries a key; null: signs out. Rejects with what the server said. */
export type SignIn = (key: string | null) => Promise<void>;

export interface SignInFormProps {
  /** Why somebody must sign in. */
  readonly reason: string;
  readonly onSignIn: SignIn;
  /** Null where nothing can be shown without a key. */
  readonly onClose: (() => void) | null;
}

/** Asks for a key. It is kept in this tab and nowhere else. */
export function SignInForm({ reason, onSignIn, onClose }: SignInFormProps) {
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState('');
  const send = async (): Promise<void> => {
    try {
      setProblem('');
      await onSignIn(key.trim());
      onClose?.();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form
      class="sign sign-in"
      data-test="sign-in"
      onSubmit={event => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') onClose?.();
      }}
    >
      <h2>Sign in</h2>
      <p>{reason}</p>
      <KeyField value={key} onChange={setKey} />
      <button type="submit" class="primary" disabled={key.trim() === ''}>
        Sign in
      </button>
      {onClose && (
        <button type="button" class="plain" onClick={onClose}>
          Cancel
        </button>
      )}
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}

function KeyField({ value, onChange }: { readonly value: string; readonly onChange: (key: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
  }, []);
  const set = (event: { readonly currentTarget: HTMLInputElement }): void => {
    onChange(event.currentTarget.value);
  };
  return (
    <label>
      Key
      <input ref={field} name="key" type="password" autoComplete="off" spellcheck={false} required value={value} onInput={set} />
    </label>
  );
}

export interface WhoProps {
  readonly access: AccessReply;
  readonly onAsk: () => void;
  readonly onSignOut: () => void;
}

/** Who is signed in, where that matters. */
export function Who({ access, onAsk, onSignOut }: WhoProps) {
  if (access.access === 'open') return null;
  if (access.caller === null)
    return (
      <button type="button" class="plain who" onClick={onAsk} data-test="who">
        Sign in
      </button>
    );
  const { name, scope } = access.caller;
  return (
    <span class="who" data-test="who">
      {name} {scope === 'partner' && '(reads only)'}{' '}
      <button type="button" class="plain" onClick={onSignOut}>
        Sign out
      </button>
    </span>
  );
}
