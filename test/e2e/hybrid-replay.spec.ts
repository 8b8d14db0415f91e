import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadDomain } from '#config';
import { parseIso } from '#hydrology';
import { openForecastBasin } from '../../apps/freshet/src/open-forecast-basin.js';
import type { Freshet } from '../../apps/freshet/src/start-freshet.js';
import { startWhole } from '../setup/start-whole.js';

const CANCE = import.meta.resolve('#domains/cance/domain.yaml');
const FRESHET = fileURLToPath(new URL('../../../apps/freshet/bin/freshet.js', CANCE));
const FROM = parseIso('2014-11-04T05:00Z');
const TO = parseIso('2014-11-04T06:00Z');
const BEATS = 5;
const MODEL_LINE = /^model: .*$/m;
const HYBRID = 'model: { parameters: parameters/hybrid.json, members: { corrector: members/corrector.json, lstm: members/lstm.json } }';

interface CycleRow {
  readonly status: string;
  readonly state_hash: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly analysis: { readonly outcome: string; readonly costBefore: number; readonly costAfter: number; readonly iterations: number };
}

describe('a trained hybrid model with members beside it in the replay', () => {
  let root = '';
  let hybrid: Freshet;
  const domain = (): string => join(root, 'cance');
  const kept = (...path: string[]): string => join(root, 'kept', ...path);

  const freshet = (command: string, flags: Readonly<Record<string, string>>): void => {
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
    const { status, stderr } = spawnSync(process.execPath, [FRESHET, command, '--domain', domain(), ...args], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  };
  const restore = (): Promise<void> => cp(kept(), domain(), { recursive: true });
  const setModel = async (line: string): Promise<void> => {
    const path = join(domain(), 'domain.yaml');
    await writeFile(path, (await readFile(path, 'utf8')).replace(MODEL_LINE, line));
  };
  /** Every file of weights is gone as soon as Freshet has started: a cycle that read them again would be aborted. */
  const start = async (name: string, roles: readonly ('ingest' | 'forecast' | 'alert' | 'api')[]): Promise<Freshet> => {
    const started = await startWhole({
      roles,
      domainFolders: [domain()],
      sql: `embedded:${join(root, name)}`,
      mode: { kind: 'replay', from: FROM, to: TO, speed: 'max', rain: 'persistence', disturbances: [], earlier: 'refuse' },
    });
    await Promise.all(['parameters', 'members'].map(part => rm(join(domain(), part), { recursive: true, force: true })));
    await started.finished;
    return started;
  };
  const cyclesOf = async ({ pool }: Freshet): Promise<CycleRow[]> =>
    (await pool.query<CycleRow>('select * from cycle order by issue_time')).rows;
  const playAgain = async (name: string): Promise<CycleRow[]> => {
    const played = await start(name, ['ingest', 'forecast', 'alert']);
    try {
      return await cyclesOf(played);
    } finally {
      await played.stop();
    }
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'freshet-hybrid-'));
    await cp(fileURLToPath(new URL('.', CANCE)), domain(), { recursive: true });
    const parameters = join(domain(), 'parameters', 'hybrid.json');
    const fit = { correction: 'mlp:16', mapping: 'uniform', iterations: '6', from: '2014-10-12', to: '2014-10-18' };
    freshet('calibrate', { ...fit, out: parameters });
    const training = { from: '2014-10-12T00:00', to: '2014-10-13T00:00', epochs: '1', parameters, cases: join(root, 'cases.jsonl') };
    for (const kind of ['corrector', 'lstm'])
      freshet('train-corrector', { ...training, kind, out: join(domain(), 'members', `${kind}.json`) });
    await setModel(HYBRID);
    await cp(domain(), kept(), { recursive: true });
    hybrid = await start('first', ['ingest', 'forecast', 'alert', 'api']);
  }, 180_000);
  afterAll(async () => {
    await hybrid.stop();
    await rm(root, { recursive: true });
  }, 30_000);

  it('computes every cycle with weights that were read once: their files are gone', async () => {
    const cycles = await cyclesOf(hybrid);
    expect(cycles.map(({ status }) => status)).toEqual(Array<string>(BEATS).fill('complete'));
  });

  it('assimilates through the hybrid structure', async () => {
    const cycles = await cyclesOf(hybrid);
    expect(cycles.every(({ versions }) => versions['model'] === 'gr4_mlp-kw-f32')).toBe(true);
    expect(cycles.every(({ analysis }) => analysis.iterations > 0 && analysis.costAfter < analysis.costBefore)).toBe(true);
  });

  it('records the hash of the model and of its members on every forecast, in the store and in the API', async () => {
    await restore();
    const { model } = await openForecastBasin(await loadDomain(domain()), 'persistence');
    expect(Object.keys(model.versions)).toEqual(['model', 'parameters', 'mesh', 'config', 'member.corrector', 'member.lstm']);
    expect((await cyclesOf(hybrid)).map(({ versions }) => versions)).toEqual(Array(BEATS).fill(model.versions));
    const forecast = (await (await fetch(`${hybrid.url!}/v1/stations/V3524010/forecast?issueTime=2014-11-04T05:30:00Z`)).json()) as {
      versions: object;
    };
    expect(forecast.versions).toEqual(model.versions);
    const ledger = (await (await fetch(`${hybrid.url!}/v1/basins/cance/cycles`)).json()) as { cycles: { versions: object }[] };
    expect(ledger.cycles.map(({ versions }) => versions)).toEqual(Array(BEATS).fill(model.versions));
  });

  it('shows the members beside the forecast', async () => {
    const answer = await fetch(`${hybrid.url!}/v1/stations/V3524010/forecast?issueTime=2014-11-04T05:30:00Z`);
    const { members } = (await answer.json()) as { members: { name: string; values: { leadHours: number; dischargeM3s: number }[] }[] };
    expect(members.map(({ name }) => name)).toEqual(['corrector', 'lstm']);
    expect(members[1]!.values.map(({ leadHours }) => leadHours)).toEqual(Array.from({ length: 12 }, (_, k) => k + 0.5));
    expect(members.every(({ values }) => values.every(({ dischargeM3s }) => dischargeM3s > 0))).toBe(true);
  });

  it('gives the same states when it is played again', async () => {
    const hashes = (cycles: readonly CycleRow[]): string[] => cycles.map(one => one.state_hash);
    await restore();
    expect(hashes(await playAgain('again'))).toEqual(hashes(await cyclesOf(hybrid)));
  }, 120_000);

  it('goes back to the plain model with one line', async () => {
    await restore();
    await setModel('model: { parameters: parameters/multilinear.json }');
    const plain = await playAgain('plain');
    expect(plain.map(({ status }) => status)).toEqual(Array<string>(BEATS).fill('complete'));
    expect(plain.every(({ versions }) => versions['model'] === 'gr4-kw-f32' && !('member.lstm' in versions))).toBe(true);
    const hashes = new Set((await cyclesOf(hybrid)).map(one => one.state_hash));
    expect(plain.some(one => hashes.has(one.state_hash))).toBe(false);
  }, 120_000);
});
