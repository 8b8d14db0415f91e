import { describe, expect, it } from '@jest/globals';
import { LEVELS, basinId, stationId, type Station } from '#hydrology';
import { ALERT_SETTINGS, rulesOf } from './rules.js';

const station = (id: string, gauged: boolean): Station => ({
  id: stationId(id),
  name: id,
  river: 'Cance',
  cell: 0,
  gauged,
  assimilate: gauged,
  areaM2: 1,
  longitude: 4.7,
  latitude: 45.2,
  thresholds: LEVELS.map((level, k) => ({ level, discharge: 10 * (k + 1), returnPeriodYears: 2, low: 1, high: 2, provenance: 'test' })),
});

describe('rulesOf', () => {
  const rules = rulesOf({
    basin: basinId('cance'),
    runKind: 'replay',
    stations: [station('G', true), station('virtual', false)],
    rainGauges: [{ id: stationId('R'), name: 'hill' }],
    settings: ALERT_SETTINGS,
  });

  it('gives every level by observation and forecast where there is a gauge, by forecast alone elsewhere', () => {
    const ids = rules.map(rule => rule.alertId);
    expect(ids).toContain('replay:cance:G:Q:observed:red');
    expect(ids).toContain('replay:cance:virtual:Q:forecast:yellow');
    expect(ids).not.toContain('replay:cance:virtual:Q:observed:yellow');
    expect(new Set(ids).size).toBe(rules.length);
    expect(rules).toHaveLength(9 + 4);
  });

  it('watches for rain, each gauge of rain and of rivers and the cycle', () => {
    expect(rules.filter(rule => rule.kind === 'absence').map(rule => [rule.input, rule.subject])).toEqual([
      ['rain', 'rain'],
      ['rain-gauge', 'R'],
      ['gauge', 'G'],
      ['cycle', 'cycle'],
    ]);
  });
});
