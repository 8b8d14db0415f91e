import type { ThemeName } from './palette.js';

const OPERATOR = 'freshet.operator';
const THEME = 'freshet.theme';

/** The name last signed with on this device. */
export const recallOperator = (): string => recall(OPERATOR) ?? '';

export const rememberOperator = (name: string): void => {
  remember(OPERATOR, name);
};

/** The theme chosen here, else the one of the device. */
export function recallTheme(): ThemeName {
  const chosen = recall(THEME);
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export const rememberTheme = (theme: ThemeName): void => {
  remember(THEME, theme);
};

/** Storage may be refused (private windows, policies): then nothing is remembered, and nothing breaks. */
function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Said above: not remembered.
  }
}
