import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadDomain, openMembers, type LoadedDomain } from '#config';
import { epochMs, parseIso, type EpochMs } from '#hydrology';
import { openTensorFlow, parseMemberFile, type MemberFile } from '#learning';
import { openBasin } from './hindcast.js';
import { readOrComputeCases } from './member-cases.js';
import { planUntil, trainOn } from './train-corrector.js';

const CANCE = import.meta.resolve('#domains/cance/domain.yaml');
const FRESHET = fileURLToPath(new URL('../../../apps/freshet/bin/freshet.js', CANCE));
const PERIOD = { from: '2014-10-12T00:00', to: '2014-10-13T06:00' };
const KINDS = ['corrector', 'lstm'] as const;

let folder = '';
const out = (name: string): string => join(folder, name);
const freshet = (command: string, args: Readonly<Record<string, string>>) => {
  const flags = Object.entries(args).flatMap(([name, value]) => [`--${name}`, value]);
  return spawnSync(process.execPath, [FRESHET, command, '--domain', 'cance', ...flags], { encoding: 'utf8' });
};
const fileAt = async (name: string): Promise<MemberFile> => parseMemberFile(await readFile(out(name), 'utf8'), name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freshet-members-'));
  for (const kind of KINDS) {
    const made = freshet('train-corrector', { ...PERIOD, kind, epochs: '2', cases: out('cases.jsonl'), out: out(`${kind}.json`) });
    expect([made.status, made.stderr]).toEqual([0, '']);
  }
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe('freshet train-corrector', () => {
  it('writes topology, weights, normalisation, period, gauges and versions', async () => {
    const file = await fileAt('corrector.json');
    expect(file).toMatchObject({
      kind: 'corrector',
      basin: 'cance',
      physics: { model: 'gr4-kw-f32' },
      fit: { from: '2014-10-12T00:00:00Z', to: '2014-10-13T06:00:00Z', cases: 19, seed: 1, epochs: 2 },
    });
    expect(file.scales.map(({ station }) => station)).toEqual(['V3524010', 'V3515010', 'V3517010']);
    expect(file.versions['tensorflow']).toMatch(/^4\.\d+\.\d+ (wasm|tensorflow)$/);
    expect(file.fit.lossAfter).toBeLessThan(file.fit.lossBefore);
  });

  it('puts both into the table of the hindcast, and says that they were trained before', async () => {
    const members = KINDS.map(kind => `${kind}=${out(`${kind}.json`)}`).join(',');
    const period = { from: '2014-10-14T00:00', to: '2014-10-14T01:00' };
    const { status, stdout } = freshet('hindcast', { ...period, members, dump: out('dump.csv'), latency: 'none' });
    expect(status).toBe(0);
    const scores = JSON.parse(stdout) as { members: { name: string; trainedBefore: boolean }[]; stations: { leads: { rmse: object }[] }[] };
    expect(scores.members.map(({ name, trainedBefore }) => [name, trainedBefore])).toEqual(KINDS.map(kind => [kind, true]));
    expect(Object.keys(scores.stations[0]!.leads[0]!.rmse)).toEqual(expect.arrayContaining(['issued', ...KINDS]));
    const dump = await readFile(out('dump.csv'), 'utf8');
    expect(dump.split('\n').filter(line => line.includes(',lstm,'))).toHaveLength(2 * 12 * 3);
  });

  it('refuses the cases of another period, another kind and impossible numbers', () => {
    const fails = (change: Record<string, string>): string =>
      freshet('train-corrector', { ...PERIOD, out: out('none.json'), ...change }).stderr;
    expect(fails({ to: '2014-10-13T07:00', cases: out('cases.jsonl') })).toMatch(/holds the cases of another period, model or domain/);
    expect(fails({ kind: 'transformer' })).toMatch(/--kind transformer is not corrector or lstm/);
    expect(fails({ units: '2.5' })).toMatch(/--units 2.5 is not a whole number/);
    expect(fails({ to: '2014-10-12T06:00' })).toMatch(/is not 12 hours before/);
  });
});

describe('weights', () => {
  /** The record with everything later than a time tripled, rain and discharge. */
  function disturbedAfter(domain: LoadedDomain, time: EpochMs): LoadedDomain {
    const { record } = domain;
    const factor = (at: number): number => (at > time ? 3 : 1);
    return {
      ...domain,
      record: {
        ...record,
        rain: (from, to) =>
          record.rain(from, to).map(grid => ({ ...grid, values: grid.values.map(depth => depth * factor(grid.validTime)) })),
        discharge: (station, from, to) => {
          const series = record.discharge(station, from, to);
          return { ...series, values: series.values.map((value, k) => value * factor(series.times[k]!)) };
        },
      },
    };
  }

  it('depend on nothing that came after --to: no rain and no discharge', async () => {
    const domain = await loadDomain(fileURLToPath(new URL('.', CANCE)));
    const tensorflow = await openTensorFlow('wasm');
    const to = parseIso(PERIOD.to);
    const weightsOf = async (seen: LoadedDomain) => {
      const plan = planUntil({ ...PERIOD, rain: 'known', latency: 'none' }, seen);
      const { basin, kernel } = await openBasin(seen, {});
      const cases = await readOrComputeCases({ plan, domain: seen, basin, kernel, onCycle: () => undefined }, undefined);
      const training = { units: 3, epochs: 2, rate: 0.01, decay: 0, seed: 1 };
      return KINDS.map(kind => trainOn(cases, { kind, training, domain: seen, basin, plan, tensorflow })).map(
        ({ weights, scales, fit }) => ({ weights, scales, fit }),
      );
    };
    const trained = await weightsOf(domain);
    expect(await weightsOf(disturbedAfter(domain, to))).toEqual(trained);
    const earlier = await weightsOf(disturbedAfter(domain, epochMs(to - 1)));
    earlier.forEach((one, k) => {
      expect(one.weights).not.toEqual(trained[k]!.weights); // what came at --to counts, so the test above can fail
    });
  });
});

describe('openMembers', () => {
  it('refuses another basin, other gauges, another mesh and, for a corrector, another model, each by name', async () => {
    const domain = await loadDomain(fileURLToPath(new URL('.', CANCE)));
    const { basin } = await openBasin(domain, {});
    const refusal = async (change: (file: MemberFile) => MemberFile, kind: (typeof KINDS)[number] = 'corrector'): Promise<string> => {
      await writeFile(out('changed.json'), JSON.stringify(change(await fileAt(`${kind}.json`))));
      return openMembers([['m', out('changed.json')]], basin).then(
        () => 'taken',
        (error: unknown) => (error as Error).message,
      );
    };
    const physics = (change: Partial<MemberFile['physics']>) => (file: MemberFile) => ({
      ...file,
      physics: { ...file.physics, ...change },
    });
    expect(await refusal(file => file)).toBe('taken');
    expect(await refusal(file => ({ ...file, basin: 'ardeche' }))).toMatch(/trained for the basin ardeche, not cance/);
    expect(await refusal(file => ({ ...file, scales: file.scales.toReversed() }))).toMatch(
      /for the gauges V3517010, V3515010, V3524010, not V3524010/,
    );
    expect(await refusal(physics({ mesh: 'x' }), 'lstm')).toMatch(/on another mesh/);
    expect(await refusal(physics({ model: 'gr4_mlp-kw-f32' }))).toMatch(/corrects gr4_mlp-kw-f32, not gr4-kw-f32/);
    expect(await refusal(physics({ parameters: 'x' }))).toMatch(/other parameters; train it again/);
    expect(await refusal(physics({ model: 'gr4_mlp-kw-f32', parameters: 'x' }), 'lstm')).toBe('taken');
    await expect(openMembers([['m', out('absent.json')]], basin)).rejects.toThrow(/absent\.json cannot be read/);
  });
});
