import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS, basinId, epochMs, stationId, type EpochMs, type QualityFlag } from '#hydrology';
import { clearAlert, type AlertEvent, type AlertPhase, type AlertState, type Evidence } from './alert.js';
import { ALERT_SETTINGS, criteriaOf, type DischargeRule } from './rules.js';
import { transition } from './transition.js';

interface Step {
  readonly evidence: Evidence;
  readonly now: EpochMs;
}

const CRITERIA = criteriaOf(ALERT_SETTINGS);
const THRESHOLD = 100;
const ruleOf = (basis: 'observed' | 'forecast', gauged: boolean): DischargeRule => ({
  kind: 'discharge',
  alertId: 'a',
  basin: basinId('b'),
  subject: stationId('s'),
  name: 'S',
  basis,
  level: 'yellow',
  threshold: THRESHOLD,
  returnPeriodYears: 2,
  gauged,
  criteria: CRITERIA,
});
const rules = fc.constantFrom(ruleOf('observed', true), ruleOf('forecast', true), ruleOf('forecast', false));

/** A day and a half of beats; on each a forecast, an observation, an operator or only the clock, any of them missing at times. */
const beat = fc.record({
  probability: fc.option(fc.constantFrom(0, 0, 0.1, 0.1, 0.29, 0.3, 0.45, 0.5, 0.8, 1), { freq: 5 }),
  value: fc.option(fc.constantFrom(10, 89, 90, 91, 99, 100, 101, 250, NaN), { freq: 2 }),
  flag: fc.constantFrom<QualityFlag>(0, 0, 0, 3, 6),
  acknowledges: fc.integer({ min: 0, max: 30 }).map(n => n === 0),
});
const days = fc.tuple(fc.array(beat, { minLength: 1, maxLength: 150 }), fc.nat(200));
const steps = days.map(([beats, silentFrom]) =>
  beats.flatMap(({ probability, value: reading, flag, acknowledges }, k): Step[] => {
    const value = k < silentFrom ? reading : null; // a gauge may drown
    const now = epochMs(k * 15 * MINUTE_MS);
    const peak = { value: 1, time: now, low: 0, high: 2 };
    return [
      { evidence: { kind: 'clock' }, now },
      ...(value === null ? [] : [{ evidence: { kind: 'observation' as const, validTime: now, receivedAt: now, value, flag }, now }]),
      ...(probability === null
        ? []
        : [{ evidence: { kind: 'forecast' as const, issueTime: now, probability, firstCrossing: null, peak }, now }]),
      ...(acknowledges ? [{ evidence: { kind: 'acknowledgement' as const, by: `operator ${k}`, note: null }, now }] : []),
    ];
  }),
);

interface Played {
  readonly events: AlertEvent[];
  readonly states: AlertState[];
}
function play(all: readonly Step[], rule: DischargeRule, times = 1): Played {
  const events: AlertEvent[] = [];
  const states: AlertState[] = [];
  let alert = clearAlert('a');
  for (const { evidence, now } of all) {
    for (let k = 0; k < times; k++) {
      const result = transition(alert, evidence, rule, now);
      alert = result.alert;
      events.push(...result.events);
    }
    states.push(alert);
  }
  return { events, states };
}

const EDGES: Readonly<Record<AlertPhase, readonly AlertPhase[]>> = {
  clear: ['pending', 'raised'],
  pending: ['raised', 'stale', 'clear', 'pending'],
  raised: ['easing', 'stale', 'raised'], // raised → raised and the like: an acknowledgement
  easing: ['clear', 'raised', 'stale', 'easing'],
  stale: ['raised', 'pending', 'easing', 'stale'],
};

const check = (property: (all: Step[], rule: DischargeRule) => void): void => {
  fc.assert(fc.property(steps, rules, property), { numRuns: 400, seed: 20141104 });
};

describe('whatever the evidence, an alert', () => {
  it('is not changed by evidence it has seen', () => {
    check((all, rule) => {
      expect(play(all, rule, 2)).toEqual(play(all, rule));
    });
  });

  it('moves along the edges of its life only, one number a transition', () => {
    check((all, rule) => {
      const { events } = play(all, rule);
      let phase: AlertPhase = 'clear';
      events.forEach((event, k) => {
        expect(event).toMatchObject({ seq: k + 1, from: phase });
        expect(EDGES[phase]).toContain(event.phase);
        phase = event.phase;
      });
    });
  });

  it('clears on evidence only: a low forecast, and a river 10 % below where there is a gauge to say so', () => {
    check((all, rule) => {
      const { events, states } = play(all, rule);
      for (const event of events.filter(each => each.phase === 'clear')) {
        expect(event.evidence.kind).toBe('forecast');
        expect(event.probability).toBeLessThan(CRITERIA.clearProbability);
        const state = states.find(each => each.seq === event.seq)!;
        const fresh = state.observation !== null && event.at - state.observation.validTime <= CRITERIA.observationMaxAgeMs;
        if (rule.gauged && fresh) expect(state.observation.value).toBeLessThanOrEqual(0.9 * THRESHOLD);
        if (rule.basis === 'observed') expect(fresh).toBe(true);
      }
    });
  });

  it('does not flap: from clear to clear it rises from nothing once, and clears a quiet time after its level was last reached', () => {
    check((all, rule) => {
      const { events } = play(all, rule);
      let fresh = 0;
      let reached = -Infinity;
      const timeline = [...all.map(step => ({ step })), ...events.map(event => ({ event }))];
      timeline.sort((a, b) => timeOf(a) - timeOf(b));
      for (const entry of timeline) {
        if ('event' in entry) {
          if (
            entry.event.phase === 'raised' &&
            (entry.event.from === 'clear' || entry.event.from === 'pending') &&
            entry.event.evidence.kind !== 'acknowledgement'
          )
            fresh++;
          if (entry.event.phase === 'clear') {
            expect(entry.event.at - reached).toBeGreaterThanOrEqual(CRITERIA.quietMs);
            fresh = 0;
          }
          expect(fresh).toBeLessThanOrEqual(1);
        } else if (reaches(entry.step, rule)) reached = entry.step.now;
      }
    });
  });

  it('is never both past its expiry and not stale once the clock has spoken', () => {
    check((all, rule) => {
      const { states } = play(all, rule);
      all.forEach((step, k) => {
        const state = states[k]!;
        if (step.evidence.kind !== 'clock' || state.phase === 'clear') return;
        expect(state.phase === 'stale').toBe(state.expiresAt! <= step.now);
      });
    });
  });

  it('becomes stale, not clear, when everything stops', () => {
    check((all, rule) => {
      const last = play(all, rule).states.at(-1)!;
      const later = transition(last, { kind: 'clock' }, rule, epochMs(all.at(-1)!.now + 48 * HOUR_MS)).alert;
      expect(later.phase).toBe(last.phase === 'clear' ? 'clear' : 'stale');
    });
  });

  it('stays acknowledged by the first name until it clears', () => {
    check((all, rule) => {
      let by: string | null = null;
      for (const state of play(all, rule).states) {
        if (state.phase === 'clear') by = null;
        if (by !== null) expect(state.acknowledged?.by).toBe(by);
        by = state.acknowledged?.by ?? null;
      }
    });
  });
});

const timeOf = (entry: { step: Step } | { event: AlertEvent }): number => ('event' in entry ? entry.event.at : entry.step.now);

function reaches({ evidence }: Step, rule: DischargeRule): boolean {
  if (evidence.kind === 'forecast') return rule.basis === 'forecast' && evidence.probability >= CRITERIA.raiseProbability;
  return evidence.kind === 'observation' && rule.basis === 'observed' && evidence.flag < 6 && evidence.value >= THRESHOLD;
}
