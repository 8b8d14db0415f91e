import { z } from 'zod';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#hydrology';

const UNIT_MS = { s: SECOND_MS, min: MINUTE_MS, h: HOUR_MS, d: DAY_MS } as const;
const PATTERN = /^(\d+(?:\.\d+)?)\s*(s|min|h|d)$/;

/** Milliseconds of a duration written like 90s, 15min, 24h or 2d; null when it is not written so. */
export function parseDuration(text: string): number | null {
  const match = PATTERN.exec(text.trim());
  if (match === null) return null;
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/** A duration of domain.yaml, read into milliseconds. */
export const Duration = z.string({ error: 'must be a duration such as 90s, 15min, 24h or 2d' }).transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write 90s, 15min, 24h or 2d` });
  return z.NEVER;
});
