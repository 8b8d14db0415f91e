import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, epochMs, stationId, type GaugeLink } from '#hydrology';
import { findInconsistent } from './spatial.js';
import { StationHistory } from './station-history.js';

const gauge = (station: string, areaKm2: number) => ({ station: stationId(station), areaM2: areaKm2 * 1e6 });
const OUTLET = gauge('outlet', 400);
const LINKS: GaugeLink[] = [
  { upstream: gauge('left', 100), downstream: OUTLET },
  { upstream: gauge('right', 50), downstream: OUTLET },
];
const DAY = Array.from({ length: 25 }, (_, hour) => hour);
const NOW = epochMs(24 * HOUR_MS);

/** Discharge at each hour of the day by station. */
const judge = (flows: Record<string, (hour: number) => number>, links = LINKS, changes: { flag?: number; hours?: number[] } = {}) => {
  const { flag = 0, hours = DAY } = changes;
  const histories = new Map(
    Object.entries(flows).map(([station, flow]) => [
      station,
      new StationHistory(hours.map(hour => ({ validTime: epochMs(hour * HOUR_MS), value: flow(hour), flag }))),
    ]),
  );
  const of = (station: string) => {
    const history = histories.get(station);
    return history && { history, volumeFactor: 20 };
  };
  return [...findInconsistent(links, of, NOW)].sort();
};

describe('a gauge beside those above and below it', () => {
  const flood = { left: () => 20, right: () => 10, outlet: () => 80 };

  it('is named alone when it contradicts both its neighbours', () => {
    expect(judge(flood)).toEqual([]);
    expect(judge({ ...flood, outlet: () => 0.5 })).toEqual(['outlet']);
    expect(judge({ ...flood, left: () => 0.02 })).toEqual(['left']);
    expect(judge({ ...flood, right: () => 10_000 })).toEqual(['right']);
  });

  it('is named with its neighbour where there is no third to tell which errs', () => {
    expect(judge({ left: () => 20, outlet: () => 0.5 }, LINKS.slice(0, 1))).toEqual(['left', 'outlet']);
    expect(judge({ left: () => 20 })).toEqual([]);
  });

  it('must bring down what has passed above, and has the time of its way for it', () => {
    const pulse = (from: number) => (hour: number) => (hour > from && hour <= from + 3 ? 300 : 0.5);
    const quiet = { right: () => 2, outlet: () => 12 };
    expect(judge({ ...quiet, left: pulse(20) })).toEqual([]); // still on its way
    expect(judge({ ...quiet, left: pulse(10) })).toEqual([]); // 12 m³/s for a day hold a third of it
    expect(judge({ ...quiet, left: (hour: number) => 1.5 * pulse(10)(hour) })).toEqual(['left']);
  });

  it('tells nothing at low flow, with few values or of values that are not trusted', () => {
    expect(judge({ left: () => 2, right: () => 1, outlet: () => 0.001 })).toEqual([]);
    const stuck = { ...flood, outlet: () => 0.5 };
    expect(judge(stuck, LINKS, { hours: [0, 10, 20] })).toEqual([]);
    expect(judge(stuck, LINKS, { flag: 3 })).not.toEqual([]); // nobody but this check may have doubted them
    expect(judge(stuck, LINKS, { flag: 6 })).toEqual([]);
  });

  it('never is named while rivers run alike for each km², in flood and drought', () => {
    const run = fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 25, maxLength: 25 });
    fc.assert(
      fc.property(run, specific => {
        const of = (areaKm2: number) => (hour: number) => specific[hour]! * areaKm2;
        expect(judge({ left: of(100), right: of(50), outlet: of(400) })).toEqual([]);
      }),
    );
  });

  it('names the one of three that is off by more than the factor, whichever it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('left', 'right', 'outlet'),
        fc.double({ min: 80, max: 1e4, noNaN: true }),
        fc.boolean(),
        (bad, factor, up) => {
          const flows = Object.fromEntries(
            Object.entries(flood).map(([station, flow]) => [station, station === bad ? () => flow() * (up ? factor : 1 / factor) : flow]),
          );
          expect(judge(flows)).toEqual([bad]);
        },
      ),
    );
  });
});
