import type { QcLimits } from './limits.js';
import { DOUBTFUL, UNRELIABLE, type Finding } from './verdict.js';

/** A discharge below zero or above what nature has shown is unreliable; above the soft maximum it is doubtful. */
export function checkRange(value: number, limits: QcLimits): Finding | null {
  if (value < limits.hardMin) return { flag: UNRELIABLE, source: 'HN' };
  if (value > limits.hardMax) return { flag: UNRELIABLE, source: 'HX' };
  if (value > limits.softMax) return { flag: DOUBTFUL, source: 'SX' };
  return null;
}
