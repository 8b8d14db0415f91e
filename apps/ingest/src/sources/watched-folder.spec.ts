import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { epochMs, type EpochMs } from '#hydrology';
import { reject } from '#observation';
import { isPlainName, isReadableName } from './file-name.js';
import { WatchedFolder, type ReadFile } from './watched-folder.js';

const never = new AbortController().signal;

describe('a watched folder', () => {
  let folder: string;
  let now: EpochMs;
  let watched: WatchedFolder;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-watched-'));
    now = epochMs(Date.now() + 60_000);
    watched = new WatchedFolder(folder, { largestBytes: 1000, now: () => now });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const put = (name: string, text = name) => writeFile(join(folder, name), text);
  const read = async (): Promise<ReadFile[]> => {
    const files: ReadFile[] = [];
    for await (const file of watched.files(never)) files.push(file);
    return files;
  };
  /** Files that begin with "good" are good. */
  const judge = (files: readonly ReadFile[]): void => {
    for (const file of files) {
      const why = 'refused' in file ? [file.refused] : file.name.startsWith('good') ? null : [reject('FORMAT_UNKNOWN', 'is nothing')];
      watched.fate(file.name, 'hash' in file ? file.hash : null, why);
    }
  };
  const said = (files: readonly ReadFile[]) => files.map(file => ('refused' in file ? `${file.name} ${file.refused.code}` : file.name));
  const poll = async (): Promise<string[]> => {
    const files = await read();
    judge(files);
    await watched.taken();
    return said(files);
  };

  it('refuses by name what is no file, follows no link and waits for no pipe', async () => {
    await put('good.csv');
    await put('secret', 'root:x:0:0');
    await symlink(join(folder, 'secret'), join(folder, 'link.csv'));
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling.csv'));
    execFileSync('mkfifo', [join(folder, 'pipe.csv')]);
    await mkdir(join(folder, 'folder.h5'));
    await mkdir(join(folder, 'subfolder'));
    now = epochMs(Date.now() + 120_000);
    const link = ['dangling.csv', 'folder.h5', 'link.csv', 'pipe.csv'];
    expect(await poll()).toEqual([
      ...link.slice(0, 2).map(name => `${name} FILE_UNREADABLE`),
      'good.csv',
      ...link.slice(2).map(name => `${name} FILE_UNREADABLE`),
      'secret',
    ]);
    expect((await readdir(folder)).sort()).toEqual(['archive', 'failed', 'subfolder']);
    const reasons = (await readdir(join(folder, 'failed'))).filter(name => name.endsWith('.txt')).sort();
    expect(reasons).toEqual([...link, 'secret'].map(name => `${name}.txt`).sort());
    expect(await readFile(join(folder, 'failed', 'pipe.csv.txt'), 'utf8')).toMatch(
      /^FILE_UNREADABLE: pipe.csv is a pipe or device, no file/,
    );
    expect(await poll()).toEqual([]);
  });

  it('refuses names that are paths elsewhere, devices, or what it keeps for itself, and never loses what it remembers', async () => {
    await put('good.csv');
    await poll();
    const bad = [
      'C:\\x.csv',
      '..\\up.csv',
      'line\nbreak.csv',
      'NUL.csv',
      'com1',
      'SHA256SUMS',
      `${'l'.repeat(240)}.csv`,
      '~root',
      '-rf',
      'end.',
    ];
    for (const name of bad) await put(name, 'good? no');
    const found = await poll();
    expect(found).toHaveLength(bad.length);
    expect(found.every(one => one.endsWith(' FILE_NAME_REFUSED'))).toBe(true);
    expect(await readdir(join(folder, 'failed'))).toHaveLength(2 * bad.length);
    expect(await readFile(join(folder, 'archive', 'SHA256SUMS'), 'utf8')).toMatch(/^[0-9a-f]{64} {2}good.csv\n$/);
    expect(isPlainName('/etc/passwd') || isPlainName('a\0.csv') || isPlainName('..') || isPlainName('x/../y')).toBe(false);
    expect(isReadableName('archive') || isReadableName('OBJECTS') || isReadableName('failed')).toBe(false);
  });

  it('writes its reason in place of a link that lies there, not through it', async () => {
    await put('target', 'precious');
    await mkdir(join(folder, 'failed'));
    await symlink(join(folder, '..', 'freshet-elsewhere'), join(folder, 'failed', 'bad.csv.txt'));
    await rm(join(folder, 'target'));
    await put('bad.csv');
    await poll();
    await expect(readFile(join(folder, '..', 'freshet-elsewhere'))).rejects.toThrow('ENOENT');
    expect(await readFile(join(folder, 'failed', 'bad.csv.txt'), 'utf8')).toBe('FORMAT_UNKNOWN: is nothing\n');
  });

  it('does not put a file away that took the place of the one it read', async () => {
    await put('good.csv', 'first');
    const files = await read();
    judge(files);
    await put('new', 'second, never read');
    await rm(join(folder, 'good.csv'));
    await put('good.csv', 'second, never read');
    await rm(join(folder, 'new'));
    await watched.taken();
    now = epochMs(now + 60_000);
    const again = await read();
    expect(again.map(file => 'bytes' in file && file.bytes.toString())).toEqual(['second, never read']);
  });

  it('leaves a file for later that grows while it is read, and one whose sender stamped it ahead is taken', async () => {
    await put('good-1.csv', 'x');
    await put('good-2.csv', 'x');
    const files: ReadFile[] = [];
    for await (const file of watched.files(never)) {
      files.push(file);
      if (file.name === 'good-1.csv') await put('good-2.csv', 'grows'); // it was seen as settled before
    }
    expect(said(files)).toEqual(['good-1.csv']);
    await utimes(join(folder, 'good-2.csv'), new Date('2099-01-01'), new Date('2099-01-01'));
    expect(await poll()).toContain('good-2.csv');
  });

  it('goes on when failed takes nothing: names it, reads nothing twice, puts away what it can, and the rest later', async () => {
    await put('failed', 'somebody made a file of it');
    await put('bad-1.csv');
    await put('good.csv');
    const first = await read();
    judge(first);
    expect(said(first)).toEqual(['bad-1.csv', 'good.csv']);
    await expect(watched.taken()).rejects.toMatchObject({
      code: 'FOLDER_UNWRITABLE',
      message: expect.stringMatching(/"bad-1.csv".*EEXIST/),
    });
    expect((await readdir(folder)).sort()).toEqual(['archive', 'bad-1.csv', 'failed']);
    await put('good-2.csv');
    const second = await read();
    judge(second);
    expect(said(second)).toEqual(['good-2.csv']);
    await expect(watched.taken()).rejects.toMatchObject({ code: 'FOLDER_UNWRITABLE' });
    await rm(join(folder, 'failed'));
    expect(await poll()).toEqual([]);
    expect((await readdir(join(folder, 'failed'))).sort()).toEqual(['bad-1.csv', 'bad-1.csv.txt']);
  });

  it('names an archive that takes nothing, and knows a repeat of what lies there once it does', async () => {
    await put('good.csv');
    await mkdir(join(folder, 'archive', 'good.csv', 'inside'), { recursive: true });
    judge(await read());
    await expect(watched.taken()).rejects.toMatchObject({ code: 'FOLDER_UNWRITABLE' });
    await rm(join(folder, 'archive', 'good.csv'), { recursive: true });
    expect(await poll()).toEqual([]);
    await put('good-again.csv', 'good.csv');
    expect((await read()).map(file => 'repeated' in file && file.repeated)).toEqual([true]);
  });
});
