import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadDomain, type LoadedDomain } from '#config';
import { DAY_MS, MINUTE_MS, epochMs, linksOfGauges, parseIso, toIso, type EpochMs } from '#hydrology';
import { GaugeJudge, limitsOfStation, sourcesOf } from '#observation';

const FOLDER = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));

describe('checks on the record of the Cance', () => {
  let domain: LoadedDomain;
  /** Of each station: verdicts in the end, by valid time. */
  let verdicts: Map<string, Map<EpochMs, readonly string[]>>;
  beforeAll(async () => {
    domain = await loadDomain(FOLDER);
    verdicts = judge(domain, '2006-01-01', '2019-02-01');
  }, 120_000);

  const flagsOf = (from: string, to: string): string[] =>
    [...verdicts].flatMap(([station, flags]) =>
      [...flags].flatMap(([time, sources]) =>
        time > parseIso(from) && time <= parseIso(to) ? sources.map(source => `${station} ${toIso(time)} ${source}`) : [],
      ),
    );

  it('trust every value of the autumn of 2014, its record flood included', () => {
    expect(flagsOf('2014-09-15', '2015-01-15')).toEqual([]);
  });

  it('doubt of thirteen years four values: a flood that stood still for more than a day', () => {
    const counts: Record<string, number> = {};
    for (const [station, flags] of verdicts)
      for (const source of [...flags.values()].flat()) counts[`${station} ${source}`] = (counts[`${station} ${source}`] ?? 0) + 1;
    expect(counts).toEqual({ 'V3524010 SR': 4 }); // as docs/reference/formats.md says, check by check
  });
});

/** Every value of the record as it came, hour after hour. */
function judge({ record, stations, mesh }: LoadedDomain, from: string, to: string): Map<string, Map<EpochMs, readonly string[]>> {
  const gauged = stations.filter(station => station.gauged);
  const gauges = new Map(gauged.map(({ id, areaM2 }) => [id as string, limitsOfStation(areaM2)]));
  const network = { gauges, links: linksOfGauges(mesh, stations) };
  const series = gauged.map(({ id }) => record.discharge(id, parseIso(from), parseIso(to)));
  const valueAt = series.map(({ times, values }) => new Map(Array.from(times, (time, k) => [time, values[k]!])));
  const verdicts = new Map(gauged.map(({ id }) => [id as string, new Map<EpochMs, readonly string[]>()]));
  const times = [...new Set(series.flatMap(one => [...one.times]))].sort((a, b) => a - b).map(epochMs);
  let judge = new GaugeJudge(network);
  for (const [k, time] of times.entries()) {
    if (k % 1000 === 0) judge = withoutTheOldest(judge, time);
    const now = series.flatMap(({ station }, s) => {
      const value = valueAt[s]!.get(time);
      return value === undefined ? [] : [{ station, value }];
    });
    const revised = now.flatMap(({ station, value }) => {
      const { quality, revised } = judge.judgeDischarge(station, { validTime: time, receivedAt: epochMs(time + 20 * MINUTE_MS), value });
      return [{ station, validTime: time, ...quality }, ...revised];
    });
    const doubted = judge.doubtNetwork(now.map(({ station }) => ({ station, validTime: time })));
    for (const { station, validTime, flagSource } of [...revised, ...doubted]) verdicts.get(station)!.set(validTime, sourcesOf(flagSource));
  }
  return verdicts;
}

/** Looks back as far as the archive does: a judge that knew thirteen years would be slow. */
function withoutTheOldest(judge: GaugeJudge, now: EpochMs): GaugeJudge {
  const next = new GaugeJudge(judge.network);
  for (const station of judge.network.gauges.keys())
    next.know(
      'Q',
      station,
      judge.discharge(station).values.filter(({ validTime }) => validTime > now - 15 * DAY_MS),
    );
  return next;
}
