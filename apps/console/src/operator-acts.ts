import type { OperatorActView } from '#contracts';

/** An act in words. */
export interface Act {
  readonly what: string;
  /** Who says to have done it; the name of the key may be that of a desk. */
  readonly who: string;
  /** What was written beside it; empty when nothing was. */
  readonly why: string;
  readonly outcome: 'done' | 'refused' | 'unknown';
  /** How it ended, in words. */
  readonly ending: string;
}

const VERBS: Readonly<Record<string, string>> = {
  'POST /v1/alerts/:alert/acknowledge': 'acknowledged',
  'POST /v1/replay/pause': 'paused the replay',
  'POST /v1/replay/resume': 'resumed the replay',
  'POST /v1/replay/speed': 'set the speed of the replay',
};

/** Reads a record; what is of a newer version is shown as it stands. */
export function describeAct(view: OperatorActView): Act {
  const request = requestOf(view);
  const operator = textOf(request.operator);
  const caller = view.callerName || (view.callerKind === 'nobody' ? 'no key needed' : view.caller);
  return {
    what: [VERBS[view.act] ?? view.act, ...objectOf(view, request)].join(' '),
    who: operator === '' ? caller : `${operator} (${caller})`,
    why: textOf(request.note),
    ...endingOf(view),
  };
}

function objectOf({ act, target }: OperatorActView, request: Readonly<Record<string, unknown>>): string[] {
  if (act.endsWith('/acknowledge')) return [alertOf(target)];
  if (act.endsWith('/speed'))
    return [typeof request.minutesPerSecond === 'number' ? `to ${request.minutesPerSecond} min/s` : 'to as fast as it goes'];
  return act in VERBS ? [] : [target];
}

/** /v1/alerts/replay:cance:V3524010:Q:forecast:red/acknowledge → red forecast V3524010 */
function alertOf(target: string): string {
  const id = decode(target.split('/').at(-2) ?? '');
  const [, , subject, , basis, level] = id.split(':');
  if (subject === undefined) return id;
  return basis === undefined || level === undefined ? id : `${level} ${basis} ${subject}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function endingOf({ status, code }: OperatorActView): Pick<Act, 'outcome' | 'ending'> {
  if (status === null) return { outcome: 'unknown', ending: 'it is not known how it ended' };
  if (code === null) return { outcome: 'done', ending: 'done' };
  return { outcome: 'refused', ending: `refused: ${code.toLowerCase().replaceAll('_', ' ')}` };
}

function requestOf({ request }: OperatorActView): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(request ?? '{}');
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
