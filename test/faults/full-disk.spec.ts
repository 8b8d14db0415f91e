import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runFreshet } from './freshet-process.js';

/** Enough for the cluster and this replay, and no more. */
const SIZE = '220m';
const REPLAY = ['replay', '--domain', 'cance', '--from', '2014-11-04T05:00Z', '--to', '2014-11-04T08:00Z', '--json'];

const outcomeOf = (stdout: string): unknown => ({ ...(JSON.parse(stdout) as object), seconds: 0 });

/** A file system of its own needs the right to mount one; where that is missing the test says so and is skipped. */
function mountSmall(folder: string): boolean {
  mkdirSync(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'none', folder]).status === 0;
  if (mounted) chmodSync(folder, 0o777);
  else process.stderr.write('SKIPPED: no right to mount a small file system\n');
  return mounted;
}

describe('a disk that is full', () => {
  const root = mkdtempSync(join(tmpdir(), 'freshet-full-'));
  const disk = join(root, 'disk');
  const mounted = mountSmall(disk);
  let undisturbed: unknown;
  beforeAll(async () => {
    chmodSync(root, 0o755);
    if (mounted) undisturbed = outcomeOf((await runFreshet(REPLAY)).stdout);
  }, 240_000);
  afterAll(() => {
    if (mounted) execFileSync('umount', [disk]);
    rmSync(root, { recursive: true, force: true });
  });

  (mounted ? it : it.skip)(
    'ends the replay with the reason; with room again it goes on to the same end',
    async () => {
      const data = join(disk, 'data');
      const ballast = join(disk, 'ballast');
      const full = await runFreshet([...REPLAY, '--data', data], { afterMs: 300, onceUp: true, fill: ballast });
      expect(full.code).not.toBe(0);
      expect(full.stdout).toBe('');
      expect(full.stderr).toMatch(/No space left on device|the database does not answer/);
      const { bavail, blocks } = statfsSync(disk);
      expect(bavail / blocks).toBeLessThan(0.01); // a server that ends gives back its temporary files
      rmSync(ballast);
      const { code, stderr, stdout } = await runFreshet([...REPLAY, '--data', data, '--resume']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(outcomeOf(stdout)).toEqual(undisturbed);
    },
    240_000,
  );
});
