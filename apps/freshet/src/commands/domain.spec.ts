import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const CANCE = import.meta.resolve('#domains/cance/domain.yaml');
const FRESHET = fileURLToPath(new URL('../../../apps/freshet/bin/freshet.js', CANCE));
const freshet = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [FRESHET, 'domain', ...args], { encoding: 'utf8' });

describe('freshet domain', () => {
  let domains = '';
  beforeAll(async () => {
    domains = await mkdtemp(join(tmpdir(), 'freshet-domains-'));
    await cp(fileURLToPath(new URL('.', CANCE)), join(domains, 'cance'), { recursive: true });
    await cp(join(domains, 'cance'), join(domains, 'broken'), { recursive: true });
    const path = join(domains, 'broken', 'domain.yaml');
    await writeFile(path, (await readFile(path, 'utf8')).replace('lead: 24h', 'lead: tomorrow').replace('cycles: 2', 'cycle: 2'));
  });
  afterAll(async () => {
    await rm(domains, { recursive: true });
  });

  it('shows a domain as JSON alone on stdout', () => {
    const { status, stdout } = freshet('show', 'cance', '--domains', domains);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ basin: 'cance', mesh: { cells: 383, levels: 31 }, record: { to: '2015-01-15T23:00:00Z' } });
  });

  it('ends with 78 and every mistake of an invalid domain.yaml', () => {
    const { status, stdout, stderr } = freshet('show', 'broken', '--domains', domains);
    expect([status, stdout]).toEqual([78, '']);
    expect(stderr).toContain('has 2 mistakes');
    expect(stderr).toContain('forecast.lead: "tomorrow" is not a duration');
    expect(stderr).toContain('alerts.cycle: unknown key');
    expect(stderr).toContain('Correct every listed line of domain.yaml');
  });

  it('lists the domains of a folder, the broken one with its error', () => {
    const { status, stdout } = freshet('list', '--domains', domains);
    expect(status).toBe(0);
    const listed = JSON.parse(stdout) as { basin: string; error?: string }[];
    expect(listed.map(({ basin, error }) => [basin, error !== undefined])).toEqual([['broken', true], ['cance', false]]); // prettier-ignore
  });

  it('names a folder that is no data set', () => {
    const { status, stderr } = freshet('import-smash', '--dataset', join(domains, 'cance'), '--out', join(domains, 'out'));
    expect(status).toBe(78);
    expect(stderr).toContain('a SMASH data set has one');
  });

  it('names a domain that is not there', () => {
    expect(freshet('show', 'loire', '--domains', domains)).toMatchObject({ status: 78 });
  });
});
