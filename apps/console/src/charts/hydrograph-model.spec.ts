import { describe, expect, it } from '@jest/globals';
import type { Forecast, ObservationValue, StationView } from '#contracts';
import { hydrographModel } from './hydrograph-model.js';

const T0 = Date.parse('2014-11-04T13:00:00Z');
const iso = (hours: number): string => new Date(T0 + hours * 3_600_000).toISOString();
const station = { thresholds: [] as StationView['thresholds'] } as StationView;

const observation = (hours: number, dischargeM3s: number | null, flag = 0): ObservationValue => ({
  validTime: iso(hours),
  receivedAt: iso(hours),
  dischargeM3s,
  flag,
  flagSource: '',
  revision: 0,
});

const forecast = {
  issueTime: iso(0),
  values: [],
  members: [{ name: 'lstm', kind: 'lstm', hash: '', values: [{ validTime: iso(1), leadHours: 1, dischargeM3s: 12 }] }],
  rain: {
    stepSeconds: 900,
    values: [
      { validTime: iso(-0.25), rainMm: 2, origin: 'observed' },
      { validTime: iso(0.25), rainMm: 1, origin: 'future' },
      { validTime: iso(-30), rainMm: 5, origin: 'observed' },
    ],
  },
} as unknown as Forecast;

describe('the model of the hydrograph', () => {
  it('spans 24 h either side of the issue time, of now without a forecast, and always reaches now', () => {
    const detail = { forecast, earlier: [], observations: [] };
    expect(hydrographModel(station, detail, T0 + 1)).toMatchObject({ from: T0 - 86_400_000, to: T0 + 86_400_000, issueTime: T0 });
    expect(hydrographModel(station, detail, T0 + 90_000_000).to).toBe(T0 + 90_000_000);
    expect(hydrographModel(station, { ...detail, forecast: null }, T0)).toMatchObject({ from: T0 - 86_400_000, issueTime: null });
  });

  it('turns rain depths of (from, to] into mm per hour and keeps what was assumed apart', () => {
    const { rain } = hydrographModel(station, { forecast, earlier: [], observations: [] }, T0);
    expect(rain).toEqual([
      { from: T0 - 1_800_000, to: T0 - 900_000, mmPerHour: 8, future: false },
      { from: T0, to: T0 + 900_000, mmPerHour: 4, future: true },
    ]);
  });

  it('keeps members beside the model by name', () => {
    const { members } = hydrographModel(station, { forecast, earlier: [], observations: [] }, T0);
    expect(members).toEqual([{ name: 'lstm', points: [{ time: T0 + 3_600_000, value: 12 }] }]);
  });

  it('marks doubtful values and breaks at missing ones', () => {
    const observations = [observation(-3, 10), observation(-2, 11, 3), observation(-1, null, 9), observation(0, 12, 9)];
    const { observed } = hydrographModel(station, { forecast, earlier: [], observations }, T0);
    expect(observed.map(one => [one.value, one.doubtful])).toEqual([
      [10, false],
      [11, true],
      [null, true],
      [null, true],
    ]);
  });
});
