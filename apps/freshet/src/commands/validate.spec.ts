import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ValidationScore } from './validation/run-validation.js';

const FRESHET = fileURLToPath(new URL('../../../apps/freshet/bin/freshet.js', import.meta.resolve('#domains/cance/domain.yaml')));
const freshet = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [FRESHET, 'validate', '--domain', 'cance', ...args], { encoding: 'utf8' });

describe('freshet validate', () => {
  let folder = '';
  let page = '';
  let found: { scores: ValidationScore[]; fits: { split: string; cost: { evaluations: number } }[]; bootstrap: { samples: number } };
  const of = (design: string, station: string, split = 'given'): ValidationScore =>
    found.scores.find(score => score.split === split && score.design === design && score.station === station)!;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-validate-'));
    const report = join(folder, 'report.html');
    const options = ['--without', '2014-11-03,2014-11-07', '--swap', '--report', report, '--figures', join(folder, 'figures')];
    const { stdout } = freshet('--design', 'all', '--methods', 'uniform', ...options);
    found = JSON.parse(stdout) as typeof found;
    page = await readFile(report, 'utf8');
  }, 240_000);
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('scores every design at every gauge in both splits, those left out by fits that did not see them', () => {
    expect(found.scores).toHaveLength(24);
    for (const { design, station, fittedOn } of found.scores) expect(fittedOn.includes(station)).toBe(!design.startsWith('spat'));
    expect(of('calibration', 'V3524010').nse).toBeGreaterThan(0.93);
    expect(of('temporal', 'V3524010').nse).toBeLessThan(of('calibration', 'V3524010').nse);
    expect(of('spatial', 'V3517010').nse).toBeLessThan(of('calibration', 'V3517010').nse);
    expect(of('calibration', 'V3524010', 'swapped').nse).toBeGreaterThan(of('temporal', 'V3524010').nse);
    expect(found.fits.map(({ split }) => split)).toEqual(['given', 'swapped']);
    expect(found.fits[0]!.cost.evaluations).toBeGreaterThan(10);
  });

  it('finds the record flood, scores once more without it, and says how far each score is sure', () => {
    const { events, without, nse, interval } = of('temporal', 'V3524010');
    expect(events.map(({ peakAt }) => peakAt)).toEqual(['2014-11-04T20:00:00Z', '2014-11-15T03:00:00Z']);
    for (const { eff, epf } of events) expect(Math.abs(eff) < 1 && Math.abs(epf) < 1).toBe(true);
    expect(without!.nse).not.toBe(nse);
    expect(without!.epf).toBeCloseTo(Math.abs(events[1]!.epf), 12);
    expect(interval.nse.low < nse && nse < interval.nse.high).toBe(true);
    expect(without!.interval.nse.high).toBeGreaterThan(without!.interval.nse.low);
    expect(of('calibration', 'V3524010').without).toBeNull();
    expect(found.bootstrap.samples).toBe(1000);
  });

  it('writes a page that needs no other file, and its drawings', async () => {
    expect(page).not.toMatch(/<script|<link|src=|https?:\/\/(?!www\.w3\.org)|NaN|undefined/);
    const sections = { scores: 2 * 4 * (3 + 3), series: 2 * 4 * 3, courses: 2 * 3 };
    expect(page.match(/<svg/g)!.length).toBeGreaterThan(sections.scores + sections.series + sections.courses);
    expect(page).toContain('Another time and place');
    const drawings = await readdir(join(folder, 'figures'));
    expect(drawings).toHaveLength(page.match(/<svg/g)!.length);
    expect(drawings).toContain('temporal-flood-V3524010-2014-11-04.svg');
    expect(await readFile(join(folder, 'figures', 'temporal-epf.svg'), 'utf8')).toContain('>uniform</text>');
  });

  it('says what is wrong', () => {
    expect(freshet('--methods', 'kriging').stderr).toMatch(/--methods: kriging is unknown; there is uniform, distributed/);
    expect(freshet('--methods', 'ann:warm').stderr).toMatch(/ann:warm: after a colon there is cold or l-curve/);
    expect(freshet('--design', 'cosmic').stderr).toMatch(/--design cosmic is unknown; there is calibration, temporal/);
    expect(freshet('--validate', '2014-11-01').stderr).toMatch(/not two dates/);
  });
});
