import type { Disturbance } from '#apps/ingest';
import { parseDuration } from '#config';
import { Fault } from '#errors';
import { readDate } from './record-inputs.js';

/**
 * Reads `INPUT,FROM,TO` of --drop and `INPUT,FROM,TO,DURATION` of --delay; INPUT is `rain` or a station id and the
 * values stamped in (FROM, TO] are meant.
 * @throws Fault COMMAND_INVALID
 */
export function readDisturbance(option: '--drop' | '--delay', text: string, inputs: readonly string[]): Disturbance {
  const parts = text.split(',');
  const [input, from, to, delay] = parts;
  const wanted = option === '--drop' ? 3 : 4;
  const delayMs = delay === undefined ? null : parseDuration(delay);
  if (parts.length !== wanted || input === undefined || from === undefined || to === undefined || (wanted === 4 && delayMs === null)) {
    const example = option === '--drop' ? 'rain,2014-11-04T02:00Z,2014-11-04T05:00Z' : 'V3524010,2014-11-04T02:00Z,2014-11-04T05:00Z,2h';
    throw new Fault('COMMAND_INVALID', `${option} ${text}: write it like ${example}`);
  }
  if (!inputs.includes(input))
    throw new Fault('COMMAND_INVALID', `${option} ${text}: there is no input ${input}; there is ${inputs.join(', ')}`);
  return { input, from: readDate(option, from), to: readDate(option, to), delayMs };
}
