import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { loadDomain } from '#config';
import { parseParameterFile } from '#learning';
import { openForecastBasin } from '../open-forecast-basin.js';
import { calibrateCommand } from './calibrate.js';

const CANCE = import.meta.resolve('#domains/cance/domain.yaml');
const FRESHET = fileURLToPath(new URL('../../../apps/freshet/bin/freshet.js', CANCE));

describe('a trained model from freshet calibrate into operation', () => {
  let folder = '';
  const freshet = (command: string, args: Readonly<Record<string, string>>): { status: number | null; stdout: string; stderr: string } => {
    const flags = Object.entries(args).flatMap(([name, value]) => [`--${name}`, value]);
    return spawnSync(process.execPath, [FRESHET, command, '--domain', join(folder, 'cance'), ...flags], { encoding: 'utf8' });
  };
  const period = { from: '2014-10-12', to: '2014-10-20' };
  const out = (name: string): string => join(folder, 'cance', 'parameters', name);
  const hybrid = { mapping: 'ann', correction: 'mlp:4', iterations: '8', gauges: 'V3524010' };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-calibrate-'));
    await cp(fileURLToPath(new URL('.', CANCE)), join(folder, 'cance'), { recursive: true });
    const { status, stderr } = freshet('calibrate', { ...period, ...hybrid, out: out('hybrid.json') });
    expect([status, stderr]).toEqual([0, '']);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('writes weights, layers and where they come from', async () => {
    const file = parseParameterFile(await readFile(out('hybrid.json'), 'utf8'), 'hybrid.json');
    expect(file).toMatchObject({
      structure: 'gr4_mlp',
      mapping: 'ann',
      correction: { hidden: [4] },
      fit: { seed: 1, optimizer: 'lbfgsb' },
    });
    expect(file.correction!.weights).toHaveLength(4 * 5 + 4 * 5);
    expect(file.versions['tensorflow']).toMatch(/^4\.\d+\.\d+ (wasm|tensorflow)$/);
    expect(file.descriptors.map(({ name }) => name)).toEqual(['slope', 'drainage_density']);
    expect(file.fit!.nse['V3524010']).toBeGreaterThan(0.8);
  });

  it('simulates what was fitted', async () => {
    const { fit } = parseParameterFile(await readFile(out('hybrid.json'), 'utf8'), 'hybrid.json');
    const { stdout } = freshet('simulate', { ...period, step: '3600', parameters: out('hybrid.json') });
    const { nse } = JSON.parse(stdout) as { nse: Record<string, number> };
    expect(nse['V3524010']).toBeCloseTo(fit!.nse['V3524010']!, 4);
  });

  it('forecasts with it once domain.yaml names it, and with another once that line is changed', async () => {
    const { status, stdout } = freshet('hindcast', {
      ...{ from: '2014-10-20T00:00', to: '2014-10-20T01:00' },
      parameters: out('hybrid.json'),
    });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ cycles: 2 });
    const yaml = join(folder, 'cance', 'domain.yaml');
    const line = /^model: .*$/m;
    const text = await readFile(yaml, 'utf8');
    await writeFile(yaml, text.replace(line, 'model: { parameters: parameters/hybrid.json }'));
    const { recipe, model } = await openForecastBasin(await loadDomain(join(folder, 'cance')), { kind: 'known' } as never);
    expect([recipe.structure, recipe.network, model.weights!.length]).toEqual(['gr4_mlp', { hidden: [4] }, 40]);
    await writeFile(yaml, text.replace(line, 'model: { parameters: parameters/multilinear.json }'));
    const plain = await openForecastBasin(await loadDomain(join(folder, 'cance')), { kind: 'known' } as never);
    expect([plain.recipe.structure, plain.model.weights]).toEqual(['gr4', undefined]);
    expect(plain.model.versions.parameters).not.toBe(model.versions.parameters);
    await writeFile(yaml, text.replace(line, 'model: { structure: gr4, parameters: parameters/hybrid.json }'));
    const mixed = openForecastBasin(await loadDomain(join(folder, 'cance')), { kind: 'known' } as never);
    await expect(mixed).rejects.toThrow(/structure gr4_mlp, not gr4/);
  });

  it('gives the same file for the same seed', async () => {
    freshet('calibrate', { ...period, ...hybrid, out: out('again.json') });
    expect(await readFile(out('again.json'), 'utf8')).toBe(await readFile(out('hybrid.json'), 'utf8'));
  });

  it('stops at an exploding cost, keeps the best it met and says the step', async () => {
    const options = { ...period, mapping: 'ann', optimizer: 'adam', rate: '1e308', iterations: '20', gauges: 'V3524010' };
    const { status, stdout, stderr } = freshet('calibrate', { ...options, out: out('exploded.json') });
    expect(stderr).toMatch(/the cost exploded at step \d+; the best parameters until then \(cost 0\.\d+\) are in .*exploded\.json/);
    expect(status).toBe(0);
    const { stoppedBy, cost } = JSON.parse(stdout) as { stoppedBy: string; cost: number };
    expect(stoppedBy).toMatch(/^diverged-at-\d+$/);
    const { fit } = parseParameterFile(await readFile(out('exploded.json'), 'utf8'), 'exploded.json');
    expect([fit!.stoppedBy, fit!.cost]).toEqual([stoppedBy, cost]);
    expect(fit!.nse['V3524010']).toBeGreaterThan(0.5);
  });

  it('keeps the best parameters at Ctrl-C and says so', async () => {
    let said = '';
    const [stderr, stdout] = [jest.spyOn(process.stderr, 'write'), jest.spyOn(process.stdout, 'write')];
    stderr.mockImplementation(text => ((said += String(text)), true));
    stdout.mockImplementation(() => true);
    const program = new Command();
    calibrateCommand(program);
    const options = { domain: join(folder, 'cance'), ...period, iterations: '100000', optimizer: 'adam', out: out('stopped.json') };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const running = program.parseAsync(['calibrate', ...flags], { from: 'user' });
    while (process.listenerCount('SIGINT') === 0) await setTimeout(50);
    await setTimeout(1000);
    process.emit('SIGINT');
    await running;
    const exitCode = process.exitCode;
    process.exitCode = undefined;
    stderr.mockRestore();
    stdout.mockRestore();
    expect(said).toMatch(/stopped after \d+ iterations; the best parameters until then .* are in .*stopped\.json/);
    expect(exitCode).toBe(130);
    const { fit } = parseParameterFile(await readFile(out('stopped.json'), 'utf8'), 'stopped.json');
    expect(fit!.stoppedBy).toBe('interrupted');
    expect(fit!.nse['V3524010']).toBeGreaterThan(0.5);
  });

  it.each([
    [{ mapping: 'kriging' }, /--mapping kriging is unknown; it is one of uniform, distributed, multilinear, multipower, ann/],
    [{ correction: '16' }, /--correction 16 is not mlp:SIZES/],
    [{ map: 'ci=ann' }, /ci is not calibrated in gr4; there is cp, ct/],
    [{ cost: 'rmse' }, /--cost rmse is not nse, nnse or kge/],
    [{ cost: 'nse:0.5,eff-log:0.5' }, /--cost eff-log:0.5 is not .* or eff or epf, each with a weight/],
    [{ 'gauge-weights': '1,2' }, /give 3 numbers/],
    [{ prior: 'corner' }, /--prior corner is not a number of 0 or more, nor l-curve/],
    [{ scale: 'akw' }, /--scale akw is not ID=FACTOR/],
    [{ scale: 'llr=2' }, /--scale: llr has no prior in gr4; there is cp, ct/],
    [{ optimizer: 'sgd' }, /--optimizer sgd is not lbfgsb or adam/],
    [{ structure: 'vic3l', correction: 'mlp:4' }, /unknown structure "vic3l_mlp"/],
  ])('says what is wrong with %j', (flags, message) => {
    const { status, stderr } = freshet('calibrate', { ...period, ...flags, out: out('none.json') });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});
