import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { loadDomain, type DomainRecord } from '#config';
import { parseIso, stationId, timeGrid, type RainGrid, type Station } from '#hydrology';
import { interceptionCapacity } from '#learning';
import { observedOnSteps, readPeriod, recordForcing } from './record-inputs.js';

const QUARTER = 900_000;
const HOUR = 3_600_000;
const at = (hour: number) => parseIso(`2014-11-01T${String(hour).padStart(2, '0')}:00Z`);

const grid = (hour: number, ...values: number[]): RainGrid => ({
  validTime: at(hour),
  durationMs: HOUR,
  receivedAt: at(hour),
  values: Float32Array.from(values),
});

const record: DomainRecord = {
  from: at(1),
  to: at(4),
  rainStepMs: HOUR,
  rain: () => [grid(1, 4, 8), grid(2, 0, 2), grid(4, 1, NaN)],
  discharge: station => ({
    station,
    variable: 'Q',
    times: Float64Array.of(at(1), at(2), at(2) + 10 * 60_000, at(4)),
    values: Float64Array.of(10, 20, 99, 40),
    flags: new Uint8Array(4),
  }),
  get sent() {
    return record;
  },
  pet: time => ({ time, cellCount: 2, values: new Float32Array(2 * time.count).fill(0.1) }),
};

const gauged = (gauge: boolean): Station => ({
  id: stationId('A'),
  name: 'A',
  river: 'a',
  cell: 0,
  gauged: gauge,
  assimilate: gauge,
  areaM2: 1,
  longitude: 0,
  latitude: 0,
  thresholds: [],
});

describe('recordForcing', () => {
  it('divides an hour equally over its quarters and leaves what the record lacks missing', () => {
    const { rain, steps } = recordForcing(record, timeGrid(at(0), at(4), QUARTER));
    expect(steps).toBe(16);
    expect([...rain.subarray(0, 8)]).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
    expect([...rain.subarray(8, 16)]).toEqual([0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5]);
    expect(rain.subarray(16, 24).every(Number.isNaN)).toBe(true); // the hour to 03:00 is absent
    expect([rain[24], rain[25]]).toEqual([0.25, NaN]);
  });

  it('adds accumulations up to a longer step, which is missing when one of them is', () => {
    const { rain } = recordForcing(record, timeGrid(at(0), at(4), 2 * HOUR));
    expect([...rain]).toEqual([4, 10, NaN, NaN]);
  });
});

describe('observedOnSteps', () => {
  const time = timeGrid(at(0), at(4), QUARTER);

  it('puts a value at its own stamp only', () => {
    const observed = observedOnSteps(record, [gauged(true)], { time, from: at(0), to: at(4) });
    expect([observed[3], observed[7], observed[15]]).toEqual([10, 20, 40]);
    expect(observed.filter(value => !Number.isNaN(value))).toHaveLength(3); // 02:10 is no stamp of the grid
  });

  it('has nothing for a virtual station', () => {
    expect(observedOnSteps(record, [gauged(false)], { time, from: at(0), to: at(4) }).every(Number.isNaN)).toBe(true);
  });
});

describe('the Cance record', () => {
  const folder = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));

  it('gives the interception capacities that SMASH 1.3.0 finds on it', async () => {
    const domain = await loadDomain(folder);
    const { rain, pet } = recordForcing(domain.record, timeGrid(parseIso('2014-09-15'), parseIso('2014-11-14'), HOUR));
    const capacities = interceptionCapacity({ rain, pet, cellCount: domain.mesh.cellCount, stepsPerDay: 24 });
    const counts = new Map<string, number>();
    for (const capacity of capacities) counts.set(capacity.toFixed(1), (counts.get(capacity.toFixed(1)) ?? 0) + 1);
    const found = { '0.8': 7, '0.9': 56, '1.0': 50, '1.1': 90, '1.2': 97, '1.3': 48, '1.4': 29, '1.5': 6 };
    expect(Object.fromEntries([...counts].sort())).toEqual(found);
  });

  it('refuses a period outside the rain record, saying what it covers', async () => {
    const domain = await loadDomain(folder);
    expect(() => readPeriod({ from: '2014-08-01', to: '2014-10-31' }, domain)).toThrow(/2014-09-15T00:00:00Z, 2015-01-15/);
    expect(() => readPeriod({ from: '2014-10-31', to: '2014-10-01' }, domain)).toThrow(/not before/);
    expect(() => readPeriod({ from: 'yesterday', to: '2014-10-01' }, domain)).toThrow(/--from.*yesterday/);
  });
});
