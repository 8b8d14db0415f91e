import { describe, expect, it } from '@jest/globals';
import type { AlertChange, LateInputView, ReanalysisReply } from '#contracts';
import { byAlert, sayLateInput, sayStep, sayVerdict } from './late-values.js';

const NOW = Date.parse('2014-11-04T15:34:00Z');
const INPUT: LateInputView = {
  ...{ input: 'V1', name: 'Outlet', late: 0, corrected: 0, from: '2014-11-04T12:00:00Z', to: '2014-11-04T13:00:00Z' },
  ...{ longestDelayMinutes: null, largestChangeM3s: null, largestChangeMm: null },
};
const change = (of: Partial<AlertChange>): AlertChange =>
  ({
    alertId: 'a',
    station: 'V1',
    name: 'Outlet',
    basis: 'forecast',
    level: 'red',
    phase: 'raised',
    change: 'gained',
    at: '2014-11-04T14:19:00Z',
    ...of,
  }) as AlertChange;
const reply = (of: Partial<ReanalysisReply>): ReanalysisReply =>
  ({ inputs: [], changes: [], waiting: 0, computedFrom: null, ...of }) as unknown as ReanalysisReply;

describe('late and corrected values', () => {
  it('are counted with the worst of them', () => {
    expect(sayLateInput({ ...INPUT, late: 2, longestDelayMinutes: 95 })).toBe('2 late, up to 1 h 35 after their time');
    expect(sayLateInput({ ...INPUT, corrected: 1, largestChangeM3s: 7.5 })).toBe('1 corrected, by 7.50 m³/s');
    expect(sayLateInput({ ...INPUT, late: 1, longestDelayMinutes: 40, corrected: 3, largestChangeMm: 0.75 })).toBe(
      '1 late, 40 min after its time; 3 corrected, by up to 0.8 mm',
    );
    expect(sayLateInput({ ...INPUT, corrected: 1 })).toBe('1 corrected'); // from or to a value reported as missing
  });

  it('are good news only when everything was computed again', () => {
    expect(sayVerdict(reply({}))).toBe('Everything came on time and nothing was corrected.');
    expect(sayVerdict(reply({ inputs: [INPUT] }))).toContain('is not known');
    expect(sayVerdict(reply({ inputs: [INPUT], waiting: 1, computedFrom: '2014-11-04T12:15:00Z' }))).toBe(
      '1 forecast is still being computed again: what follows is not complete.',
    );
    expect(sayVerdict(reply({ inputs: [INPUT], computedFrom: '2014-11-04T12:15:00Z' }))).toContain('would have been the same');
    expect(sayVerdict(reply({ changes: [change({})], computedFrom: '2014-11-04T12:15:00Z' }))).toContain('would have been others');
  });

  it('are told alert by alert', () => {
    const changes = [change({}), change({ alertId: 'b', phase: 'clear' }), change({ change: 'lost', at: '2014-11-03T14:49:00Z' })];
    const worse = change({ alertId: 'c', phase: 'clear', level: 'red' });
    const alerts = byAlert([...changes.map(each => ({ ...each, level: 'yellow' as const })), worse]);
    expect(alerts.map(({ alert, changes: steps }) => [alert, steps.length])).toEqual([
      ['c', 1],
      ['a', 2],
      ['b', 1],
    ]);
    expect(alerts[1]!.changes.map(step => sayStep(step, NOW))).toEqual(['raised 14:19', 'raised Mon 3 Nov 14:49']);
    expect(sayStep(alerts[2]!.changes[0]!, NOW)).toBe('cleared 14:19');
  });
});
