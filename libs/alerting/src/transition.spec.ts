import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, basinId, epochMs, parseIso, stationId, type EpochMs } from '#hydrology';
import { clearAlert, type AlertEvent, type AlertState, type Evidence } from './alert.js';
import { ALERT_SETTINGS, criteriaOf, type AbsenceRule, type DischargeRule } from './rules.js';
import { transition } from './transition.js';

const CRITERIA = criteriaOf({ ...ALERT_SETTINGS, expiry: 3 * HOUR_MS });
const START = parseIso('2014-11-04T00:00Z');
const at = (hours: number): EpochMs => epochMs(START + hours * HOUR_MS);

const rule = (basis: 'observed' | 'forecast', gauged = true): DischargeRule => ({
  kind: 'discharge',
  alertId: `replay:cance:V3524010:Q:${basis}:red`,
  basin: basinId('cance'),
  subject: stationId('V3524010'),
  name: 'La Cance à Sarras',
  basis,
  level: 'red',
  threshold: 100,
  returnPeriodYears: 20,
  gauged,
  criteria: CRITERIA,
});

const rain: AbsenceRule = {
  kind: 'absence',
  alertId: 'replay:cance:rain:input:absence:absent',
  basin: basinId('cance'),
  subject: stationId('rain'),
  name: 'Rain',
  basis: 'absence',
  level: 'absent',
  input: 'rain',
  absentAfterMs: 3 * HOUR_MS,
  raiseTicks: 2,
  clearTicks: 2,
};

const observation = (hours: number, value: number, flag: 0 | 3 | 6 = 0): [Evidence, EpochMs] => {
  const receivedAt = epochMs(at(hours) + 20 * MINUTE_MS);
  return [{ kind: 'observation', validTime: at(hours), receivedAt, value, flag }, receivedAt];
};
const forecast = (hours: number, probability: number, crossingIn: number | null = 4): [Evidence, EpochMs] => {
  const peak = { value: 190, time: at(hours + 7), low: 150, high: 240 };
  const firstCrossing = crossingIn === null ? null : at(hours + crossingIn);
  return [{ kind: 'forecast', issueTime: at(hours), probability, firstCrossing, peak }, at(hours)];
};
const clock = (hours: number): [Evidence, EpochMs] => [{ kind: 'clock' }, at(hours)];

function play(steps: readonly [Evidence, EpochMs][], by: DischargeRule | AbsenceRule): { alert: AlertState; events: AlertEvent[] } {
  const events: AlertEvent[] = [];
  let alert = clearAlert(by.alertId);
  for (const [evidence, now] of steps) {
    const result = transition(alert, evidence, by, now);
    alert = result.alert;
    events.push(...result.events);
  }
  return { alert, events };
}
const phases = (events: readonly AlertEvent[]): string[] => events.map(event => event.phase);

describe('an alert by forecast', () => {
  it('rises in two successive cycles with P ≥ .5 and says why', () => {
    const { events } = play([forecast(0, 0.6), forecast(0.25, 0.72)], rule('forecast'));
    expect(phases(events)).toEqual(['pending', 'raised']);
    expect(events[1]).toMatchObject({ seq: 2, value: 190, threshold: 100, probability: 0.72, leadHours: 4, expiresAt: at(3.25) });
    expect(events[1]?.reason).toBe(
      'The forecast of 2014-11-04 00:15 UTC gives a chance of 72 %, in two successive cycles, of exceeding the red level of 100 m³/s (20-year) ' +
        'at La Cance à Sarras, first at 2014-11-04 04:15 UTC, 4 h after the issue time; the peak is forecast at 190 m³/s (150 to 240) at 2014-11-04 07:15 UTC.',
    );
  });

  it('does not rise on two cycles that are not successive', () => {
    expect(phases(play([forecast(0, 0.6), forecast(0.25, 0.4), forecast(0.5, 0.6)], rule('forecast')).events)).toEqual(['pending']);
  });

  it('clears after the quiet time when P < .3 and the river is 10 % below, in two cycles', () => {
    const up = [forecast(0, 0.6), forecast(0.25, 0.6), observation(5, 85)];
    const early = [forecast(5.5, 0.1), forecast(5.75, 0.1)];
    expect(phases(play([...up, ...early], rule('forecast')).events)).toEqual(['pending', 'raised']);
    const { events, alert } = play([...up, ...early, forecast(6.25, 0.1), forecast(6.5, 0.1)], rule('forecast'));
    expect(phases(events)).toEqual(['pending', 'raised', 'easing', 'clear']);
    expect(alert).toMatchObject({ phase: 'clear', raisedAt: null, expiresAt: null });
    expect(events[3]?.reason).toContain('the observed 85.0 m³/s of 2014-11-04 05:00 UTC is at least 10 % below it');
  });

  it('stands while the river is less than 10 % below, whatever the forecast says', () => {
    const steps = [
      forecast(0, 0.6),
      forecast(0.25, 0.6),
      observation(9, 91),
      forecast(10, 0.01),
      forecast(10.25, 0.01),
      forecast(10.5, 0.01),
    ];
    expect(play(steps, rule('forecast')).alert.phase).toBe('raised');
  });

  it('takes four cycles where the gauge fell silent, two where there never was one', () => {
    const up = [forecast(0, 0.6), forecast(0.25, 0.6)];
    const down = [7, 7.25, 7.5, 7.75].map(hours => forecast(hours, 0.1));
    expect(phases(play([...up, ...down], rule('forecast')).events)).toEqual(['pending', 'raised', 'easing', 'clear']);
    expect(play([...up, ...down.slice(0, 3)], rule('forecast')).alert.phase).toBe('easing');
    const { events } = play([...up, ...down.slice(0, 2)], rule('forecast', false));
    expect(phases(events)).toEqual(['pending', 'raised', 'easing', 'clear']);
    expect(events[1]?.reason).toContain('ungauged');
    expect(events[1]?.ungauged).toBe(true);
  });

  it('becomes stale when forecasts stop and stands again when they come back', () => {
    const steps = [forecast(0, 0.6), forecast(0.25, 0.6), clock(3), clock(3.25), clock(9), forecast(9.25, 0.4)];
    const { events } = play(steps, rule('forecast'));
    expect(phases(events)).toEqual(['pending', 'raised', 'stale', 'raised']);
    expect(events[2]).toMatchObject({ at: at(3.25) });
    expect(events[2]?.reason).toContain('No forecast since 2014-11-04 00:15 UTC');
  });
});

describe('an alert by observation', () => {
  it('rises at once and counts from the value that reached the level', () => {
    const { events } = play([forecast(1, 0.9), observation(1, 104)], rule('observed'));
    expect(phases(events)).toEqual(['raised']);
    expect(events[0]).toMatchObject({ value: 104, firstCrossing: at(1), leadHours: 0, at: at(1 + 1 / 3), peak: { value: 190 } });
  });

  it('gives one raise when the river crosses up, down and up again within hours', () => {
    const flow = [90, 104, 101, 88, 85, 89, 103, 120, 130, 97, 80, 70, 60, 50, 45, 40, 35, 30];
    const steps = flow.flatMap((value, hour) => [
      observation(hour, value),
      ...[0.5, 0.75, 1, 1.25].map(offset => forecast(hour + offset, value > 95 ? 0.6 : 0.1)),
    ]);
    expect(phases(play(steps, rule('observed')).events)).toEqual(['raised', 'easing', 'clear']);
    expect(phases(play(steps, rule('forecast')).events)).toEqual(['pending', 'raised', 'easing', 'clear']);
  });

  it('wants two doubtful values and ignores unreliable ones', () => {
    expect(phases(play([observation(0, 500, 3)], rule('observed')).events)).toEqual(['pending']);
    expect(phases(play([observation(0, 500, 3), observation(1, 400, 3)], rule('observed')).events)).toEqual(['pending', 'raised']);
    expect(play([observation(0, 5000, 6)], rule('observed')).events).toEqual([]);
  });

  it('is not cleared by forecasts when its gauge is silent', () => {
    const steps = [observation(0, 120), ...Array.from({ length: 40 }, (_, k) => forecast(1 + k / 4, 0)), clock(4)];
    const { alert, events } = play(steps, rule('observed'));
    expect(alert.phase).toBe('stale');
    expect(phases(events)).toEqual(['raised', 'stale']);
  });

  it('ignores what is old, late or already known, and takes a correction', () => {
    const late = observation(0, 300);
    expect(play([[late[0], at(5)]], rule('observed')).events).toEqual([]);
    expect(phases(play([observation(2, 50), observation(1, 130)], rule('observed')).events)).toEqual([]);
    expect(phases(play([observation(2, 50), observation(2, 130)], rule('observed')).events)).toEqual(['raised']);
  });
});

describe('acknowledgement', () => {
  const ack = (by: string, hours: number): [Evidence, EpochMs] => [{ kind: 'acknowledgement', by, note: null }, at(hours)];

  it('is stored with the first name and stays until the alert clears', () => {
    const steps = [observation(0, 120), ack('Ana', 1), ack('Ben', 1.1), observation(1, 130), clock(5), observation(5, 125)];
    const { alert, events } = play(steps, rule('observed'));
    expect(alert.acknowledged).toEqual({ by: 'Ana', at: at(1), note: null });
    expect(phases(events)).toEqual(['raised', 'raised', 'stale', 'raised']);
    expect(events[1]).toMatchObject({ acknowledged: { by: 'Ana' }, reason: 'Acknowledged by Ana.' });
  });

  it('means nothing for what is not raised', () => {
    expect(play([ack('Ana', 0)], rule('observed')).events).toEqual([]);
    expect(play([forecast(0, 0.6), ack('Ana', 0.1)], rule('forecast')).alert.acknowledged).toBeNull();
  });
});

describe('absence', () => {
  const look = (hours: number, ageHours: number): [Evidence, EpochMs] => [
    { kind: 'freshness', newest: at(hours - ageHours), ageMs: ageHours * HOUR_MS },
    at(hours),
  ];

  it('has the same life', () => {
    const steps = [look(0, 1), look(0.25, 3.25), look(0.5, 3.5), look(0.75, 3.75), look(1, 0.25), look(1.25, 0.5)];
    const { events } = play(steps, rain);
    expect(phases(events)).toEqual(['pending', 'raised', 'easing', 'clear']);
    expect(events[1]).toMatchObject({ value: 210, threshold: 180, basis: 'absence', level: 'absent', probability: null });
    expect(events[1]?.reason).toBe('The newest rain is of 2014-11-03 21:00 UTC, 3.5 h ago; 3 h are allowed.');
    expect(events[3]?.reason).toBe('The rain is back, newest of 2014-11-04 00:45 UTC.');
  });
});
