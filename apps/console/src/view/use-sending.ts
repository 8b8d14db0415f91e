import { useState } from 'preact/hooks';
import { rememberOperator } from '../preferences.js';

/** Sends what is signed with a name, once at a time; a refusal stays on the form with the server's words after `failed`. */
export function useSending(failed: string, onClose: () => void) {
  const [problem, setProblem] = useState('');
  const [sending, setSending] = useState(false);
  const send = async (operator: string, act: (operator: string) => Promise<void>): Promise<void> => {
    setSending(true);
    try {
      rememberOperator(operator);
      await act(operator);
      onClose();
    } catch (error) {
      setProblem(`${failed}: ${error instanceof Error ? error.message : String(error)}`);
      setSending(false);
    }
  };
  return { problem, sending, send };
}
