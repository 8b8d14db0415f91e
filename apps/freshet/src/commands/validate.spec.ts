import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ValidationScore } from './validation-runs.js';

const FRESHET = fileURLToPath(new URL('../../../apps/freshet/bin/freshet.js', import.meta.resolve('#domains/cance/domain.yaml')));
const freshet = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [FRESHET, 'validate', '--domain', 'cance', ...args], { encoding: 'utf8' });

describe('freshet validate', () => {
  let folder = '';
  let page = '';
  let scores: ValidationScore[] = [];
  const of = (design: string, station: string): ValidationScore =>
    scores.find(score => score.design === design && score.station === station)!;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-validate-'));
    const report = join(folder, 'report.html');
    const { stdout } = freshet('--design', 'all', '--methods', 'uniform', '--without', '2014-11-03,2014-11-07', '--report', report);
    ({ scores } = JSON.parse(stdout) as { scores: ValidationScore[] });
    page = await readFile(report, 'utf8');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('scores every design at every gauge, those left out by fits that did not see them', () => {
    expect(scores).toHaveLength(12);
    for (const { design, station, fittedOn } of scores) expect(fittedOn.includes(station)).toBe(!design.startsWith('spat'));
    expect(of('calibration', 'V3524010').nse).toBeGreaterThan(0.93);
    expect(of('temporal', 'V3524010').nse).toBeLessThan(of('calibration', 'V3524010').nse);
    expect(of('spatial', 'V3517010').nse).toBeLessThan(of('calibration', 'V3517010').nse);
  });

  it('finds the record flood and scores once more without it', () => {
    const { events, without, nse } = of('temporal', 'V3524010');
    expect(events.map(({ peakAt }) => peakAt)).toContain('2014-11-04T20:00:00Z');
    for (const { eff, epf } of events) expect(Math.abs(eff) < 1 && Math.abs(epf) < 1).toBe(true);
    expect(without!.nse).not.toBe(nse);
  });

  it('writes a page that needs no other file', () => {
    expect(page).not.toMatch(/<script|<link|src=|https?:\/\/(?!www\.w3\.org)/);
    expect(page.match(/<svg/g)).toHaveLength(4 * (2 + 3));
    expect(page).toContain('Spatio-temporal validation');
    expect(page.match(/<tr>/g)).toHaveLength(4 + 12);
  });

  it('says what is wrong', () => {
    expect(freshet('--methods', 'kriging').stderr).toMatch(/--methods: kriging is unknown; there is uniform, distributed/);
    expect(freshet('--design', 'cosmic').stderr).toMatch(/--design cosmic is unknown; there is calibration, temporal/);
    expect(freshet('--validate', '2014-11-01').stderr).toMatch(/not two dates/);
  });
});
