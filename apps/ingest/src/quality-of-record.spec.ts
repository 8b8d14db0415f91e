import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadDomain, type LoadedDomain } from '#config';
import { MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { checkDischarge, limitsOfArea, type KnownValue } from '#observation';

const FOLDER = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));

describe('checks on the record of the Cance', () => {
  let domain: LoadedDomain;
  beforeAll(async () => {
    domain = await loadDomain(FOLDER);
  });

  /** Flags of a station's values, each judged by what came before it. */
  const judge = (id: string, from: string, to: string) => {
    const station = domain.stations.find(one => one.id === id)!;
    const series = domain.record.discharge(station.id, parseIso(from), parseIso(to));
    const known: KnownValue[] = [];
    Array.from(series.times, (time, k) => {
      const validTime = epochMs(time);
      const candidate = { validTime, receivedAt: epochMs(time + 20 * MINUTE_MS), value: series.values[k]! };
      known.push({ ...candidate, ...checkDischarge(candidate, known, limitsOfArea(station.areaM2)) });
    });
    return known;
  };

  it.each(['V3524010', 'V3515010', 'V3517010'])('trust every value of the autumn of 2014 at %s, the rise of 2014-10-13 included', id => {
    const flagged = judge(id, '2014-09-15', '2015-01-15').filter(known => known.flag > 2);
    expect(flagged).toEqual([]);
  });
});
