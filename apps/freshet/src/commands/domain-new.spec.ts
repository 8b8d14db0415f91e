import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadDomain } from '#config';
import { parseParameterFile } from '#learning';

const CANCE = import.meta.resolve('#domains/cance/domain.yaml');
const FRESHET = fileURLToPath(new URL('../../../apps/freshet/bin/freshet.js', CANCE));
const DIRECTIONS = fileURLToPath(new URL('flow-direction.tif', CANCE));
const TEMPERATURES = '2 3 6 9 13 17 20 19 16 11 6 3';

describe('freshet domain new', () => {
  let root = '';
  const run = (args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [FRESHET, 'domain', 'new', ...args], { encoding: 'utf8', input, cwd: root });
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'freshet-new-'));
    mkdirSync(join(root, 'radar'));
    writeFileSync(join(root, 'gauges.csv'), 'id,x,y,area_km2\nOUTLET,840500,6457500,381.7\nUPPER,826500,6467500,107\n');
    writeFileSync(join(root, 'wrong.csv'), 'id,x,y,area_km2\nOUTLET,840500,6457500,38\n');
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  const options = [
    ...['--name', 'Cance: at Sarras', '--flow-direction', DIRECTIONS, '--gauges', 'gauges.csv', '--rain', 'radar', '--service', 'hubeau'],
    ...['--code', 'OUTLET=V352401001', '--levels', 'OUTLET=60,90,150', '--temperature', TEMPERATURES, '--no-check'],
  ];

  it('writes a domain that loads, forecasts without a record and says what is not fitted', async () => {
    const { status, stdout } = run(['mycance', ...options]);
    expect(status).toBe(0);
    expect(stdout).toContain('OUTLET lies on row');
    expect(stdout).toMatch(/FRESHET_BASINS=mycance npx freshet serve/);
    expect(stdout).toContain('not fitted');
    expect(stdout).toContain('No alert can be raised at UPPER');
    const domain = await loadDomain(join(root, 'mycance'));
    expect(domain).toMatchObject({ basin: 'mycance', name: 'Cance: at Sarras', record: { rainStepMs: null } });
    expect(domain.stations.map(({ id, thresholds }) => [id, thresholds.map(({ discharge }) => discharge)])).toEqual([
      ['OUTLET', [60, 90, 150]],
      ['UPPER', []],
    ]);
    const [rain, gauges] = domain.settings.sources.live;
    expect(rain).toMatchObject({ kind: 'rain-folder', folder: join(root, 'radar') });
    expect(gauges).toMatchObject({ kind: 'hubeau', stations: { OUTLET: 'V352401001', UPPER: 'UPPER' } });
    const path = join(root, 'mycance', domain.settings.model.parameters);
    expect(parseParameterFile(readFileSync(path, 'utf8'), path).fit).toBeUndefined();
  });

  it('asks for what the options do not say, again after a wrong answer, and writes the same', () => {
    const answers = ['Cance: at Sarras', 'nowhere.tif', DIRECTIONS, 'wrong.csv', 'gauges.csv', 'radar', '', 'floods', 'hubeau', ''];
    const rest = ['V352401001', '', 'warm', TEMPERATURES, '90,60', '60,90,150', ''];
    const { status, stderr } = run(['asked', '--ask', '--no-check'], `${[...answers, ...rest].join('\n')}\n`);
    expect(status).toBe(0);
    expect(stderr).toContain('there is no file');
    expect(stderr).toMatch(/gauge OUTLET .*38/);
    expect(stderr).toContain('floods is no gauge service');
    expect(stderr).toContain('"warm" is not the mean temperature of 12 months');
    expect(stderr).toContain('"90,60" is not up to three rising discharges');
    const text = (name: string, file: string) => readFileSync(join(root, name, file), 'utf8').replaceAll('asked', 'mycance');
    for (const file of ['domain.yaml', 'thresholds.csv', 'stations.csv']) expect(text('asked', file)).toBe(text('mycance', file));
  });

  it('names an option that is missing, a domain that is there and what past periods need', () => {
    expect(run(['other', '--flow-direction', DIRECTIONS])).toMatchObject({
      status: 78,
      stderr: expect.stringContaining('--gauges is missing'),
    });
    expect(existsSync(join(root, 'other', 'domain.yaml'))).toBe(false);
    expect(run(['mycance', ...options])).toMatchObject({ status: 65, stderr: expect.stringContaining('is a domain already') });
    const replay = ['replay', '--domain', join(root, 'mycance'), '--from', '2026-01-01T00:00Z', '--to', '2026-01-02T00:00Z'];
    const { status, stderr } = spawnSync(process.execPath, [FRESHET, ...replay], { encoding: 'utf8', cwd: root });
    expect([status, stderr]).toEqual([78, expect.stringContaining('domain mycance has no record of rain, and a replay needs one')]);
  });
});
