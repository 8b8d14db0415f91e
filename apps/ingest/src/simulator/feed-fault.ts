import { parseDuration } from '#config';
import { Fault } from '#errors';
import { epochMs, parseIso, type EpochMs } from '#hydrology';

/** Faults of a connection: they hold while the simulated time lies in the interval. */
const TRANSPORT = ['stall', '503', 'slow', 'truncated'] as const;
/** Faults of values: they hold for values stamped in the interval. */
const VALUES = ['wrong-unit', 'shifted-clock', 'duplicate', 'correction'] as const;
export const FEED_FAULTS = [...TRANSPORT, ...VALUES] as const;
export type FeedFaultKind = (typeof FEED_FAULTS)[number];

/** Something that goes wrong at a source, in (from, to]. */
export interface FeedFault {
  readonly kind: FeedFaultKind;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** `rain`, `gauges`, `model` (runs of a weather model) or a station; null = everything. */
  readonly input: string | null;
}

/**
 * Reads a fault as a flag gives it: `stall@10min/55min` (after the start), `503@2014-11-04T06:00Z/2014-11-04T07:00Z`,
 * `wrong-unit@0s/1h#V3524010`.
 * @throws Fault COMMAND_INVALID saying how it is written.
 */
export function readFeedFault(text: string, start: EpochMs): FeedFault {
  const [, kind, from, to, input = null] = /^([\w-]+)@([^/]+)\/([^#]+)(?:#([\w-]+))?$/.exec(text) ?? [];
  const known = FEED_FAULTS.find(each => each === kind);
  if (known === undefined || from === undefined || to === undefined) {
    const message = `"${text}" is no fault; write <kind>@<from>/<to>, the kind one of ${FEED_FAULTS.join(', ')}, such as stall@10min/55min`;
    throw new Fault('COMMAND_INVALID', message);
  }
  return { kind: known, from: timeOf(from, start), to: timeOf(to, start), input };
}

function timeOf(text: string, start: EpochMs): EpochMs {
  const after = parseDuration(text);
  if (after !== null) return epochMs(start + after);
  try {
    return parseIso(text);
  } catch {
    throw new Fault('COMMAND_INVALID', `"${text}" is neither a time after the start (10min) nor a time (2014-11-04T06:00Z)`);
  }
}

/** The fault of a kind that holds at a time for an input, if one does. */
export const faultAt = (
  faults: readonly FeedFault[],
  kind: FeedFaultKind,
  { time, inputs }: { readonly time: number; readonly inputs: readonly string[] },
): FeedFault | undefined =>
  faults.find(each => each.kind === kind && time > each.from && time <= each.to && (each.input === null || inputs.includes(each.input)));
