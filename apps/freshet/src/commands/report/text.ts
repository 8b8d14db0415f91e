/** Of the page and of drawings that stand alone. */
export const FONT = 'system-ui, Helvetica, Arial, sans-serif';

export const escapeHtml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

export const decimals = (value: number, digits = 3): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');
