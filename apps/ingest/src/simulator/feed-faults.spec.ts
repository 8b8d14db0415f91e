import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LiveSource, LoadedDomain } from '#config';
import { HOUR_MS, MINUTE_MS, toIso, epochMs, parseIso } from '#hydrology';
import { MARSHALL_PALMER } from '#observation';
import { archiveRain, loadCance } from '../../../../test/setup/flood-fixture.js';
import { ManualPulse } from '../../../../test/setup/manual-pulse.js';
import { TestIngest } from '../../../../test/setup/test-ingest.js';
import { downloadedCsv } from '../arrivals/test-downloads.js';
import { readFeedFault } from './feed-fault.js';
import { FeedSimulator } from './feed-simulator.js';

const START = parseIso('2014-11-04T03:05Z');
const FAULTY = { from: '2014-11-04T04:30Z', to: '2014-11-04T06:10Z' };
const END = parseIso('2014-11-04T08:00Z');
/** By when whatever is compared has come, whenever it was polled. */
const COMPARED_TO = parseIso('2014-11-04T07:15Z');
/** What an answer may take; of a source that is played as slow less, so that nobody waits for it, and longer than that when it is slow. */
const TIMEOUT_MS = 2000;
const IMPATIENT_MS = 150;
const SLOW_MS = 300;

/** What an operator sees of a day with a fault, and what the archive holds at its end. */
interface Day {
  /** Of each source, over the day: state, and the code of its failure. */
  readonly seen: Readonly<Record<string, readonly string[]>>;
  /** "source code" of what was refused or named. */
  readonly rejects: readonly string[];
  /** "station HH:mm value" of the last revision of what is trusted; rain as "rain HH:mm mean". */
  readonly archive: readonly string[];
  /** Values that are doubted, "station flag source". */
  readonly doubted: readonly string[];
  /** Whatever is there of a time, "station HH:mm", "rain HH:mm". */
  readonly stamps: readonly string[];
  readonly revisions: number;
}

describe('a feed with a fault', () => {
  let domain: LoadedDomain;
  let well: Day;
  beforeAll(async () => {
    domain = await loadCance();
    well = await play([]);
  }, 60_000);

  const roots: string[] = [];
  afterAll(() => {
    for (const root of roots) rmSync(root, { recursive: true, force: true });
  });

  async function play(faults: readonly string[]): Promise<Day> {
    const root = mkdtempSync(join(tmpdir(), 'freshet-fault-'));
    roots.push(root);
    const pulse: ManualPulse = new ManualPulse(START);
    const world = { domain, now: () => pulse.clock.now(), shiftMs: 0, gaugeStepMs: 15 * MINUTE_MS };
    const simulator = new FeedSimulator({
      ...world,
      faults: faults.map(text => readFeedFault(text, START)),
      fixtures: null,
      slowMs: SLOW_MS,
    });
    const url = await simulator.listen(0);
    await fetch(`${url}/files/`); // makes the files
    const ingest = await TestIngest.start(domain, sourcesAt(url, root, faults), pulse);
    const seen: Record<string, Set<string>> = { gauges: new Set(), radar: new Set() };
    try {
      // two days ago, so that it is known what rain does by habit
      const [from, to] = [epochMs(START - 53 * HOUR_MS - 5 * MINUTE_MS), epochMs(START - 27 * HOUR_MS)];
      await archiveRain(ingest.database.pool, { domain, runKind: 'scheduled', from, to });
      for (let now = START; now <= END; now = epochMs(now + 5 * MINUTE_MS)) {
        await pulse.advance(now);
        await ingest.query('select 1');
        for (const [source, states] of Object.entries(seen)) {
          const { state, failure } = await ingest.feed(source);
          states.add(failure === null ? state : `${state} ${failure.split(':')[0]!}`);
        }
      }
      return {
        ...(await archiveOf(ingest)),
        seen: Object.fromEntries(Object.entries(seen).map(([source, states]) => [source, [...states].sort()])),
      };
    } finally {
      await ingest.stop();
      await simulator.close();
    }
  }

  function sourcesAt(url: string, root: string, faults: readonly string[]): LiveSource[] {
    const timeoutOf = (input: string) =>
      faults.some(text => text.startsWith('slow') && text.endsWith(`#${input}`)) ? IMPATIENT_MS : TIMEOUT_MS;
    const backOff = { first: 5 * MINUTE_MS, longest: 20 * MINUTE_MS };
    const {
      csv: _csv,
      download,
      folder: _folder,
      ...asked
    } = downloadedCsv('', { url: `${url}/files/radar/{yyyy}/{MM}/{dd}/`, match: 'rain_*.h5' });
    const stations = Object.fromEntries(domain.stations.filter(({ gauged }) => gauged).map(({ id }) => [id, `${id}01`]));
    return [
      {
        ...{
          ...asked,
          id: 'gauges',
          kind: 'hubeau',
          url: `${url}/hubeau/observations_tr`,
          stations,
          every: 5 * MINUTE_MS,
          quantities: ['Q'],
        },
        ...{ backOff, timeout: timeoutOf('gauges'), overlap: 3 * HOUR_MS, reach: HOUR_MS, pages: 50 },
      },
      {
        ...{ id: 'radar', kind: 'odim-folder', enabled: true, every: 5 * MINUTE_MS, folder: join(root, 'radar') },
        ...{ reflectivity: MARSHALL_PALMER, minimumQuality: 0, unitMm: 1, polarCell: 1000, filters: {} },
        download: { ...download!, backOff, timeout: timeoutOf('rain'), overlap: 2 * HOUR_MS, reach: 2 * HOUR_MS },
      },
    ];
  }

  async function archiveOf(ingest: TestIngest): Promise<Omit<Day, 'seen'>> {
    const rejects = await ingest.query<{ text: string }>(`select distinct source || ' ' || code as text from reject order by 1`);
    const last = await ingest.query<{ text: string; flag: number; said: string }>(
      `select distinct on (station, valid_time) station || to_char(valid_time at time zone 'utc', ' HH24:MI ') || round(value::numeric, 2) as text, flag,
         station || ' ' || flag || ' ' || flag_source as said from observation where valid_time > '2014-11-04T03:00Z' and valid_time <= '${toIso(COMPARED_TO)}' order by station, valid_time, revision desc`,
    );
    const rain = await ingest.query<{ text: string }>(
      `select distinct on (valid_time) to_char(valid_time at time zone 'utc', '"rain "HH24:MI ') || round(mean_mm::numeric, 2) as text from rain_grid
       where valid_time > '2014-11-04T03:00Z' and valid_time <= '${toIso(COMPARED_TO)}' order by valid_time, revision desc`,
    );
    const [{ revisions } = { revisions: 0 }] = await ingest.query<{ revisions: number }>(
      `select (select count(*) from observation where revision > 0)::int + (select count(*) from rain_grid where revision > 0)::int as revisions`,
    );
    return {
      rejects: rejects.map(({ text }) => text),
      archive: [...last.filter(({ flag }) => flag < 3), ...rain].map(({ text }) => text),
      stamps: [...last, ...rain].map(({ text }) => text.replace(/ [\d.]+$/, '')),
      doubted: [...new Set(last.filter(({ flag }) => flag >= 3).map(({ said }) => said))],
      revisions,
    };
  }

  it('is none on a day without', () => {
    expect(well.seen).toEqual({ gauges: ['ok'], radar: ['ok'] });
    expect(well.rejects).toEqual(['gauges GAUGE_DUPLICATE']); // rows of a site that repeat their station
    expect(well.stamps.filter(text => text.startsWith('rain'))).toEqual(['rain 04:00', 'rain 05:00', 'rain 06:00', 'rain 07:00']);
    expect(well.stamps).toHaveLength(4 + 3 * 17);
    expect([well.doubted, well.revisions]).toEqual([[], 0]);
  });

  const inTime = (text: string): boolean => {
    const time = / (\d\d:\d\d)/.exec(text)![1]!;
    return time > FAULTY.from.slice(11, 16) && time <= FAULTY.to.slice(11, 16);
  };
  const NAMED = 'gauges GAUGE_DUPLICATE';
  const everyGauge = (said: string) =>
    ['V3515010', 'V3517010', 'V3524010'].map(station => expect.stringMatching(new RegExp(`^${station} .*${said}`)));

  it.each([
    ['stall', 'gauges', { seen: 'stalled' }],
    ['stall', 'rain', { seen: 'stalled' }],
    ['503', 'gauges', { seen: 'failing REFUSED' }],
    ['503', 'rain', { seen: 'failing REFUSED' }],
    ['slow', 'gauges', { seen: 'failing TIMED_OUT' }],
    ['slow', 'rain', { seen: 'failing TIMED_OUT' }],
    ['truncated', 'gauges', { seen: 'failing ANSWER_UNREADABLE', reject: 'gauges ANSWER_UNREADABLE' }],
    ['truncated', 'rain', { seen: 'failing CUT_SHORT' }],
    ['duplicate', 'gauges', { seen: 'ok' }],
    ['duplicate', 'rain', { seen: 'ok' }],
  ] as const)('%s of %s is seen, nothing is lost, nothing is there twice, and the other goes on', async (kind, input, expected) => {
    const day = await play([`${kind}@${FAULTY.from}/${FAULTY.to}#${input}`]);
    const [source, other] = input === 'rain' ? ['radar', 'gauges'] : ['gauges', 'radar'];
    expect(day.seen[source]).toContain(expected.seen);
    expect(day.seen[source]).toContain('ok');
    expect(day.seen[other]).toEqual(['ok']);
    expect(day.rejects).toEqual(
      ['reject' in expected ? expected.reject : NAMED, NAMED].filter((one, k, all) => all.indexOf(one) === k).sort(),
    );
    expect(day.archive).toEqual(well.archive);
    expect([day.doubted, day.revisions]).toEqual([[], 0]);
  });

  it('wrong-unit of gauges is doubted and named, and what comes after is trusted again', async () => {
    const day = await play([`wrong-unit@${FAULTY.from}/${FAULTY.to}#gauges`]);
    expect(day.rejects).toEqual([NAMED, 'gauges GAUGE_OUT_OF_RANGE']);
    expect(day.doubted).toEqual(expect.arrayContaining(everyGauge('6 HX')));
    expect(day.stamps).toEqual(well.stamps);
    expect(day.archive).toEqual(well.archive.filter(text => text.startsWith('rain') || !inTime(text)));
  });

  it('wrong-unit of rain is not found out: ten times the rain of a flood is still possible rain', async () => {
    const day = await play([`wrong-unit@${FAULTY.from}/${FAULTY.to}#rain`]);
    expect(day.seen).toEqual(well.seen);
    expect(day.rejects).toEqual([NAMED]);
    expect(day.stamps).toEqual(well.stamps);
    expect(day.archive.filter(text => !inTime(text))).toEqual(well.archive.filter(text => !inTime(text)));
  });

  it('shifted-clock of gauges is named and not trusted', async () => {
    const day = await play([`shifted-clock@${FAULTY.from}/${FAULTY.to}#gauges`]);
    expect(day.rejects).toEqual([NAMED, 'gauges OBSERVATION_FROM_THE_FUTURE']);
    expect(day.seen['radar']).toEqual(['ok']);
    expect(well.stamps.filter(text => !day.stamps.includes(text) && !inTime(text))).toEqual([]);
  });

  it('shifted-clock of rain is refused by name: what did not end yet did not fall', async () => {
    const day = await play([`shifted-clock@${FAULTY.from}/${FAULTY.to}#rain`]);
    expect(day.rejects).toEqual([NAMED, 'radar OBSERVATION_FROM_THE_FUTURE']);
    expect(day.seen['gauges']).toEqual(['ok']);
    expect(day.archive).toEqual(well.archive.filter(text => !text.startsWith('rain') || !inTime(text)));
  });

  it('correction of gauges is kept as revisions, the last of them right', async () => {
    const day = await play([`correction@${FAULTY.from}/${FAULTY.to}#gauges`]);
    expect(day.seen).toEqual(well.seen);
    expect(day.stamps).toEqual(well.stamps);
    expect(day.revisions).toBeGreaterThanOrEqual(3 * 6);
    expect(well.archive.filter(text => inTime(text) && !day.archive.includes(text))).toEqual([]);
  });

  it('correction of rain is kept as revisions', async () => {
    const day = await play([`correction@${FAULTY.from}/${FAULTY.to}#rain`]);
    expect(day.seen).toEqual(well.seen);
    expect(day.stamps).toEqual(well.stamps);
    expect(day.revisions).toBe(2);
    const meanOf = (all: readonly string[]) => Number(all.find(text => text.startsWith('rain 05:00'))!.split(' ')[2]);
    expect(meanOf(day.archive) / meanOf(well.archive)).toBeCloseTo(1.5, 1);
  });
});
