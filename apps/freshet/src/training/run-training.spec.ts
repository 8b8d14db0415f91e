import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BasinArchive } from './basin-archive.js';
import { WindowRuns } from './window-runs.js';

const CANCE = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const FRESHET = fileURLToPath(new URL('../../../apps/freshet/bin/freshet.js', import.meta.resolve('#domains/cance/domain.yaml')));
const BASINS = 12;
/** ms; a guard, not a measure: each test runs the command several times. */
const MINUTES = 300_000;

let folder = '';
const at = (...names: string[]): string => join(folder, ...names);

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const argumentsOf = (options: Readonly<Record<string, string>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);

/** Runs the command; `interruptAt` names a file at whose appearance Ctrl-C is pressed. */
async function freshet(command: readonly string[], options: Readonly<Record<string, string>>, interruptAt?: string): Promise<Ended> {
  const child = spawn(process.execPath, [FRESHET, ...command, ...argumentsOf(options)]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const watch = setInterval(() => {
    if (interruptAt === undefined || !existsSync(interruptAt)) return;
    child.kill('SIGINT');
    clearInterval(watch);
  }, 2);
  const [status] = (await once(child, 'close')) as [number | null];
  clearInterval(watch);
  return { status, stdout, stderr };
}

const train = (options: Readonly<Record<string, string>>, interruptAt?: string): Promise<Ended> => freshet(['train'], options, interruptAt);

const resultOf = ({ status, stdout, stderr }: Ended): Record<string, unknown> => {
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Record<string, unknown>;
};

const filesOf = (out: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(out)
      .filter(name => name.endsWith('.json'))
      .map(name => [name, readFileSync(join(out, name), 'utf8')]),
  );

const short = { window: '20d', 'spin-up': '5d', epochs: '4', batch: '4', hidden: '6', rate: '0.1', 'held-out': '0.25' };
const sampled = (out: string): Record<string, string> => ({ basins: at('sample'), out: at(out), ...short, threads: '1' });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'freshet-train-'));
  const options = { sample: at('sample'), dataset: CANCE, basins: String(BASINS), cells: '4,12' };
  expect((await freshet(['bench', 'training', '--only-sample'], options)).status).toBe(0);
}, MINUTES);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('freshet train', () => {
  it(
    'learns on some basins what holds on others, with the same bits on two threads',
    async () => {
      const result = resultOf(await train(sampled('one')));
      expect(result).toMatchObject({ stoppedBy: 'epochs-done', epochs: 4, trained: { basins: 9 }, heldOut: { basins: 3 } });
      expect((result['heldOut'] as { medianNse: number }).medianNse).toBeGreaterThan(0.95);
      resultOf(await train({ ...sampled('two'), threads: '2' }));
      expect(Object.keys(filesOf(at('one')))).toHaveLength(BASINS);
      expect(filesOf(at('two'))).toEqual(filesOf(at('one')));
    },
    MINUTES,
  );

  it(
    'keeps a checkpoint at Ctrl-C, says how to go on, and goes on to the same bits',
    async () => {
      const { status, stdout, stderr } = await train(sampled('broken'), at('broken', 'training', 'training.json'));
      const stopped = JSON.parse(stdout) as Record<string, number | string>;
      expect([status, stopped['stoppedBy']]).toEqual([130, 'interrupted']);
      expect(stopped['step']).toBeLessThan(stopped['steps'] as number);
      expect(stderr).toMatch(/stopped after step \d+; the training is kept in .*\n +freshet train --basins .* --resume .*training --out/);
      cpSync(at('broken', 'training'), at('kept'), { recursive: true });
      resultOf(await train({ basins: at('sample'), out: at('broken'), resume: at('broken', 'training'), threads: '1' }));
      expect(filesOf(at('broken'))).toEqual(filesOf(at('one')));
    },
    MINUTES,
  );

  it(
    'refuses to go on with other options, another version, other basins or a damaged checkpoint',
    async () => {
      const resume = { basins: at('sample'), out: at('none'), resume: at('kept'), threads: '1' };
      const refusal = async (change: Readonly<Record<string, string>>): Promise<string> => (await train({ ...resume, ...change })).stderr;
      expect(await refusal({ batch: '8' })).toMatch(/was begun with batch 4, not 8: leave the option out/);
      expect(await refusal({ resume: at('nowhere') })).toMatch(/the checkpoint in .*nowhere is not there/);
      const path = at('kept', 'training.json');
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace(/"freshet": "[^"]*"/, '"freshet": "0.0.9"'));
      expect(await refusal({})).toMatch(/was made with Freshet 0\.0\.9, not \d/);
      writeFileSync(path, text.replace('freshet-training/1', 'freshet-training/0'));
      expect(await refusal({})).toMatch(/has the format freshet-training\/0, not freshet-training\/1/);
      writeFileSync(path, text.slice(0, text.length / 2));
      expect(await refusal({})).toMatch(/is not JSON/);
      writeFileSync(path, text);
      cpSync(at('sample'), at('fewer'), { recursive: true });
      rmSync(at('fewer', 'b012'), { recursive: true });
      expect(await refusal({ basins: at('fewer') })).toMatch(/was made with other basins \(it had 12, --basins holds 11/);
      expect((await train(sampled('one'))).stderr).toMatch(/holds a training already: go on with --resume/);
    },
    MINUTES,
  );

  it(
    'stops at an exploding loss, says the step and writes the best weights',
    async () => {
      const { stdout, stderr } = await train({ ...sampled('wild'), rate: '1e308' });
      expect((JSON.parse(stdout) as Record<string, unknown>)['stoppedBy']).toMatch(/^diverged-at-\d+$/);
      expect(stderr).toMatch(/the loss exploded at step \d+; the best weights until then, of epoch \d+, are in/);
      expect(Object.keys(filesOf(at('wild')))).toHaveLength(BASINS);
    },
    MINUTES,
  );

  it(
    'names the basin that lacks a descriptor or a gauge',
    async () => {
      const refusal = async (file: string, from: RegExp, to: string): Promise<string> => {
        rmSync(at('bad'), { recursive: true, force: true });
        cpSync(at('sample'), at('bad'), { recursive: true });
        const path = at('bad', 'b001', file);
        writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
        return (await train({ ...sampled('bad-out'), basins: at('bad') })).stderr;
      };
      expect(await refusal('domain.yaml', /^ {2}soil: .*\n/m, '')).toMatch(/basin b001 has no descriptor soil, which b002 has/);
      expect(await refusal('stations.csv', /,true,true,/, ',false,false,')).toMatch(
        /domain b001 has no gauged station, and training needs one/,
      );
    },
    MINUTES,
  );

  it.each([
    [{ window: '5d' }, /--spin-up 5d is not shorter than --window 5d/],
    [{ mapping: 'distributed' }, /distributed is of one mesh/],
    [{ structure: 'gr4_mlp' }, /--structure gr4_mlp: many basins are trained without/],
    [{ 'held-out': 'b001,b099' }, /--held-out: there is no basin b099/],
    [{ from: '2013-01-01' }, /is not inside the rain record of b001/],
    [{ from: '2014-12-24', to: '2014-12-25', window: '12h', 'spin-up': '6h' }, /basin b\d+: (no rain fell|.*no varying discharge)/],
  ])('says what is wrong with %j', async (change, message) => {
    const { status, stderr } = await train({ ...sampled('wrong'), ...change });
    expect(stderr).toMatch(message);
    expect(status).toBe(78);
  }, MINUTES); // prettier-ignore
});

describe('WindowRuns', () => {
  const runs = (): { readonly archive: BasinArchive; readonly runs: WindowRuns } => {
    const archive = new BasinArchive(at('one', 'training', 'basins'));
    return { archive, runs: new WindowRuns(archive, { structure: 'gr4', routing: 'kw' }) };
  };

  it('adds up to the whole record, with the states that the run through it passes', () => {
    const { archive, runs: window } = runs();
    const { parameters, windowStarts } = archive.read('b004');
    const { states, loss } = window.through('b004', parameters);
    const visits = states.map((state, k) => window.visit('b004', k, { parameters, state }));
    expect(visits).toHaveLength(windowStarts.length - 1);
    expect(visits.reduce((sum, visit) => sum + visit.loss, 0)).toBeCloseTo(loss, 5);
    visits.forEach(({ next }, k) => {
      expect(next).toEqual(states[k + 1] ?? null);
    });
  });

  it('has a gradient that is the derivative of its loss', () => {
    const { archive, runs: window } = runs();
    const { parameters, mesh } = archive.read('b004');
    const [state] = window.through('b004', parameters).states.slice(2);
    const found = window.visit('b004', 2, { parameters, state: state! });
    const row = mesh.cellCount; // cp
    const shifted = (by: number): Float64Array => parameters.map((value, i) => (i >= row && i < 2 * row ? value + by : value));
    const lossAt = (by: number): number => window.visit('b004', 2, { parameters: shifted(by), state: state! }).loss;
    const slope = found.parameters.subarray(row, 2 * row).reduce((sum, value) => sum + value, 0);
    expect((lossAt(2) - lossAt(-2)) / 4 / slope).toBeCloseTo(1, 1);
  });
});
