import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readRecordedRuns, type RecordedRuns } from '#apps/ingest';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import type { ReplayMode } from '../../apps/freshet/src/freshet-options.js';
import { summariseReplay } from '../../apps/freshet/src/summarise-replay.js';
import { loadCance } from '../setup/flood-fixture.js';
import { rainOfRecord, writeModelRuns } from '../setup/model-runs.js';
import { startWhole } from '../setup/start-whole.js';

const DOMAIN = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const FROM = parseIso('2014-11-04T03:30Z');
const TO = parseIso('2014-11-04T04:30Z');

describe('a replay with the runs of a weather model', () => {
  const root = mkdtempSync(join(tmpdir(), 'freshet-runs-'));
  const folder = join(root, 'runs');
  let withDelay: (hours: number) => Promise<RecordedRuns>;

  beforeAll(async () => {
    const domain = await loadCance();
    mkdirSync(folder);
    const times = { from: parseIso('2014-11-03T12:00'), to: parseIso('2014-11-04'), everyMs: 6 * HOUR_MS, leadHours: 36 };
    writeModelRuns(folder, domain, { ...times, rain: rainOfRecord(domain) });
    withDelay = hours => readRecordedRuns(domain, { folder, delayMs: hours * HOUR_MS, from: FROM, to: epochMs(TO + HOUR_MS) });
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const play = async (data: string, changes: Partial<ReplayMode>) => {
    const mode: ReplayMode = {
      kind: 'replay',
      from: FROM,
      to: TO,
      speed: 'max',
      rain: 'nwp',
      disturbances: [],
      earlier: 'resume',
      ...changes,
    };
    const freshet = await startWhole({ domainFolders: [DOMAIN], sql: `embedded:${join(root, data)}`, mode });
    try {
      await freshet.finished;
      const cycles = await freshet.pool.query<{ degradations: { message: string }[] }>(
        'select degradations from cycle order by issue_time',
      );
      const runs = await freshet.pool.query<{ issue_time: number; late: number }>(
        'select distinct issue_time, extract(epoch from received_at - issue_time)::int / 3600 as late from rain_forecast order by issue_time',
      );
      const summary = await summariseReplay(freshet.pool, 'cance');
      return {
        summary,
        runs: runs.rows,
        said: cycles.rows.map(({ degradations }) => degradations.map(({ message }) => message).join('\n')),
      };
    } finally {
      await freshet.stop();
    }
  };

  it('archives each run when it had been published, shows it to the cycles after that, and says what is used', async () => {
    const { runs, said, summary } = await play('four', { runs: await withDelay(4) });
    expect(runs).toEqual([12, 18, 24].map(hour => ({ issue_time: parseIso('2014-11-03') + hour * HOUR_MS, late: 4 })));
    expect(summary.cycles).toMatchObject({ aborted: 0 });
    expect(said).toHaveLength(5);
    for (const message of said) expect(message).toMatch(/has not fallen yet; the weather model is used/);
    const [later, stopped] = [
      await play('five', { runs: await withDelay(5) }),
      await play('stopped', { runs: await withDelay(4), to: FROM }),
    ];
    expect(later.runs.map(({ issue_time }) => issue_time)).toEqual(runs.slice(0, 2).map(({ issue_time }) => issue_time));
    expect(stopped.said).toHaveLength(1);
    const resumed = await play('stopped', { runs: await withDelay(4) });
    expect(resumed).toEqual({ runs, said, summary });
    await expect(play('stopped', { runs: await withDelay(5) })).rejects.toMatchObject({ code: 'CONFLICT' });
  }, 240_000);

  it('puts the model behind a nowcast, and says where no run had come', async () => {
    const runs = await withDelay(10); // that of 18:00 comes at 04:00, that of 12:00 had come
    const { said } = await play('behind', { rain: 'nowcast,nwp', runs });
    for (const message of said) expect(message).toMatch(/the nowcast, giving way to the weather model, is used/);
    const none = await play('none', { runs: await withDelay(16) }); // that of 12:00 comes with the cut-off of 04:00
    expect(none.said.map(message => message.includes('No run of a weather model has come; the last received rain'))).toEqual([
      ...[true, true, false, false, false],
    ]);
    expect(none.said[2]).toContain('The newest run of the weather model is that of 2014-11-03T12:00:00Z, 16 h old');
  }, 240_000);
});
