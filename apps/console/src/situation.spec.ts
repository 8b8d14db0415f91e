import { describe, expect, it } from '@jest/globals';
import type { BasinMap, InputStatus, StationView } from '#contracts';
import fc from 'fast-check';
import type { Condition } from './palette.js';
import { rankStations, sayHeadline, standingOf, type Situation } from './situation.js';

const NOW = Date.parse('2014-11-04T13:15:00Z');
const iso = (hours: number): string => new Date(NOW + hours * 3_600_000).toISOString();

const stationOf = (part: Partial<StationView>): StationView => ({
  id: 'V1',
  basin: 'b',
  name: 'Sarras',
  river: 'Cance',
  gauged: true,
  assimilated: true,
  cell: 0,
  areaKm2: 380,
  longitude: 4.8,
  latitude: 45.2,
  thresholds: [],
  observed: { dischargeM3s: 57.3, validTime: iso(-0.25), receivedAt: iso(-0.1), ageMinutes: 15, changeM3sPerHour: 8.2, exceeds: null },
  forecast: {
    issueTime: iso(0),
    ageMinutes: 0,
    peakM3s: 214,
    peakTime: iso(4.25),
    peakLowM3s: 180,
    peakHighM3s: 260,
    exceeds: null,
    probability: null,
    firstCrossing: null,
    degraded: false,
  },
  alert: { level: null, observed: null, forecast: null, stale: false, acknowledged: false },
  ...part,
});

const inputOf = (input: string, kind: InputStatus['kind'], state: InputStatus['state'] = 'fresh'): InputStatus => ({
  basin: 'b',
  input,
  kind,
  name: input,
  newest: iso(-1),
  receivedAt: iso(-0.5),
  ageMinutes: 60,
  lateAfterMinutes: 90,
  silentAfterMinutes: 120,
  state,
  values24h: 24,
  doubtful24h: 0,
  usualAgeMinutes: null,
  stalled: false,
  completeness24h: null,
});

const FRESH = [inputOf('cycle', 'cycle'), inputOf('rain', 'rain'), inputOf('V1', 'gauge')];

const situationOf = (part: Partial<Situation>): Situation => ({
  runKind: 'replay',
  marker: 'REPLAY · EXERCISE',
  now: NOW,
  basin: {
    id: 'b',
    name: 'b',
    areaKm2: 1,
    cellCount: 1,
    cellSizeM: 1,
    stationCount: 1,
    bounds: [0, 0, 1, 1],
    latestIssueTime: null,
    worstLevel: null,
  },
  map: {} as BasinMap,
  stations: [stationOf({})],
  alerts: [],
  inputs: FRESH,
  feeds: [],
  refused: { count: 0, newest: [] },
  replay: null,
  ...part,
});

describe('the standing of a station', () => {
  it('is the worst of observed, forecast and standing alert', () => {
    const station = stationOf({ alert: { level: 'orange', observed: null, forecast: 'orange', stale: false, acknowledged: false } });
    expect(standingOf(station, FRESH)).toMatchObject({ observed: 'below', forecast: 'below', worst: 'orange', blind: false });
  });

  it('is unknown where the gauge is silent, whatever its last value said', () => {
    const silent = [inputOf('cycle', 'cycle'), inputOf('V1', 'gauge', 'silent')];
    expect(standingOf(stationOf({}), silent)).toMatchObject({ observed: 'unknown', worst: 'unknown', blind: true });
  });

  it('has no observed side where there is no gauge, and that is not "unknown"', () => {
    expect(standingOf(stationOf({ gauged: false, observed: null }), FRESH)).toMatchObject({ observed: null, worst: 'below', blind: false });
  });

  it('has an unknown forecast when the cycle is silent or nothing tells of it', () => {
    expect(standingOf(stationOf({}), [inputOf('cycle', 'cycle', 'silent')]).forecast).toBe('unknown');
    expect(standingOf(stationOf({}), []).forecast).toBe('unknown');
  });

  it('is blind when its alert is stale, and keeps the level', () => {
    const stale = stationOf({ alert: { level: 'red', observed: null, forecast: 'red', stale: true, acknowledged: false } });
    expect(standingOf(stale, FRESH)).toMatchObject({ worst: 'red', blind: true });
  });

  it('ranks what is unknown above what is below, and below every level', () => {
    const ids: readonly Condition[] = ['below', 'yellow', 'unknown', 'red'];
    const stations = ids.map(id =>
      stationOf({
        id,
        alert: { level: id === 'yellow' || id === 'red' ? id : null, observed: null, forecast: null, stale: false, acknowledged: false },
      }),
    );
    const inputs = [inputOf('cycle', 'cycle'), ...ids.filter(id => id !== 'unknown').map(id => inputOf(id, 'gauge'))];
    expect(rankStations({ stations, inputs }).map(one => one.station.id)).toEqual(['red', 'yellow', 'unknown', 'below']);
  });
});

describe('the headline', () => {
  it('says good news only with every input there', () => {
    expect(sayHeadline(situationOf({}))).toMatchObject({ condition: 'below', title: 'All 1 stations below yellow' });
  });

  it('never says good news while any input is late, silent or absent', () => {
    const states = fc.constantFrom<InputStatus['state']>('fresh', 'late', 'silent', 'never');
    fc.assert(
      fc.property(fc.tuple(states, states, states), ([cycle, rain, gauge]) => {
        const inputs = [inputOf('cycle', 'cycle', cycle), inputOf('rain', 'rain', rain), inputOf('V1', 'gauge', gauge)];
        const { condition } = sayHeadline(situationOf({ inputs }));
        expect(condition).toBe(inputs.every(input => input.state === 'fresh') ? 'below' : 'unknown');
      }),
    );
  });

  it('says that there is no forecast at all', () => {
    const inputs = [{ ...inputOf('cycle', 'cycle', 'never'), newest: null, ageMinutes: null }, inputOf('V1', 'gauge')];
    const headline = sayHeadline(situationOf({ stations: [stationOf({ forecast: null })], inputs }));
    expect(headline.title).toBe('No current forecast');
    expect(headline.detail).toBe('None has been issued yet. Silence is not safety.');
  });

  it('says what is crossed, when, how surely, and how long is left', () => {
    const station = stationOf({ forecast: { ...stationOf({}).forecast!, exceeds: 'red', probability: 0.71, firstCrossing: iso(1.75) } });
    const headline = sayHeadline(situationOf({ stations: [station] }));
    expect(headline.title).toBe('Red forecast · Sarras');
    expect(headline.detail).toBe(
      '57.3 m³/s at 13:00, rising 8.20 m³/s per hour. Crosses red at 15:00, chance 71 %. Peak 214 m³/s (180–260) at 17:30, in 4 h 15.',
    );
    expect(headline.countdown).toEqual({ value: '1 h 45', caption: 'until red' });
  });

  it('neither counts down to a level the forecast starts above, nor calls a falling start a peak', () => {
    const forecast = {
      ...stationOf({}).forecast!,
      exceeds: 'red',
      probability: 0.9,
      firstCrossing: iso(0.25),
      peakTime: iso(0.25),
    } as const;
    const headline = sayHeadline(situationOf({ stations: [stationOf({ gauged: false, observed: null, forecast })] }));
    expect(headline.countdown).toBeNull();
    expect(headline.detail).toBe('Ungauged. Forecast to fall from 214 m³/s (180–260).');
  });

  it('counts nothing down once the river is above', () => {
    const station = stationOf({ observed: { ...stationOf({}).observed!, exceeds: 'red' } });
    const headline = sayHeadline(situationOf({ stations: [station] }));
    expect(headline.title).toBe('Red observed · Sarras');
    expect(headline.countdown).toBeNull();
  });
});
