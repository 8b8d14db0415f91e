import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from './connect.js';
import { findRunning, startEmbedded } from './embedded.js';
import { migrate } from './migrate.js';

/** Starts an embedded database in a process of its own that says its URL and then waits. */
const OWNER = `
  const { startEmbedded } = await import(${JSON.stringify(new URL('./embedded.js', import.meta.url).href)});
  const database = await startEmbedded(process.argv[1]);
  console.log(await database.ensureDatabase('freshet'));
  setInterval(() => undefined, 1000);
`;

async function startOwner(folder: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', OWNER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: url.toString().trim() };
}

describe('embedded PostgreSQL', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'freshet-embedded-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts in an empty folder, keeps what was written and starts again', async () => {
    const first = await startEmbedded(join(folder, 'new', 'data'));
    const pool = connect(await first.ensureDatabase('freshet'));
    await migrate(pool);
    await pool.query(`insert into replay values ('cance', now(), now(), '2014-11-04T15:00Z', '{}')`);
    await pool.end();
    await first.stop();
    const second = await startEmbedded(join(folder, 'new', 'data'));
    const again = connect(await second.ensureDatabase('freshet'));
    expect(await migrate(again)).toEqual([]);
    expect((await again.query('select clock from replay')).rows).toEqual([{ clock: Date.parse('2014-11-04T15:00Z') }]);
    await again.end();
    await second.stop();
    expect(existsSync(join(folder, 'new', 'data', 'postgres', 'postmaster.pid'))).toBe(false);
  });

  it('is found by a command while it runs, and only then', async () => {
    expect(await findRunning(folder, 'freshet')).toBeNull();
    const database = await startEmbedded(folder);
    expect(await findRunning(folder, 'freshet')).toBeNull();
    const url = await database.ensureDatabase('freshet');
    expect(await findRunning(folder, 'freshet')).toBe(url);
    await database.stop();
    expect(await findRunning(folder, 'freshet')).toBeNull();
  });

  it('refuses a second Freshet on the same folder and leaves the first one alone', async () => {
    const first = await startEmbedded(folder);
    await expect(startEmbedded(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE', message: `another Freshet uses ${folder}` });
    const pool = connect(first.urlOf('postgres'));
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
    await first.stop();
  });

  it('starts after its owner was killed, at once, with every acknowledged commit', async () => {
    const { child, url } = await startOwner(folder);
    const pool = connect(url);
    await pool.query('create table kept (n integer)');
    await pool.query('insert into kept values (42)');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await pool.end();
    const next = await startEmbedded(folder);
    const again = connect(next.urlOf('freshet'));
    expect((await again.query('select n from kept')).rows).toEqual([{ n: 42 }]);
    await again.end();
    await next.stop();
  });

  it('starts after PostgreSQL itself was killed', async () => {
    const { child, url } = await startOwner(folder);
    const pool = connect(url);
    await pool.query('create table kept (n integer)');
    process.kill(Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await pool.end();
    const next = await startEmbedded(folder);
    const again = connect(next.urlOf('freshet'));
    expect((await again.query('select count(*) from kept')).rows).toEqual([{ count: 0 }]);
    await again.end();
    await next.stop();
  }, 30_000);

  it('says when PostgreSQL ends by itself', async () => {
    const database = await startEmbedded(folder);
    process.kill(Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    expect(await database.lost).toMatchObject({ code: 'DATABASE_FAILED' });
    await database.stop();
  });

  it.each([-1, 1])('refuses by name the folder of another PostgreSQL (%i) and leaves it as it is', async difference => {
    const first = await startEmbedded(folder);
    const pool = connect(await first.ensureDatabase('freshet'));
    await pool.query('create table kept (n integer)');
    await pool.end();
    await first.stop();
    const file = join(folder, 'postgres', 'PG_VERSION');
    const ours = readFileSync(file, 'utf8');
    const made = Number(ours) + difference;
    writeFileSync(file, `${made}\n`);
    const began = performance.now();
    await expect(startEmbedded(folder)).rejects.toMatchObject({
      code: 'DATA_FOLDER_MISFIT',
      message: `${folder} was made by PostgreSQL ${made}; this Freshet brings ${Number(ours)}, which cannot read it`,
    });
    expect(performance.now() - began).toBeLessThan(1_000); // at once, not after the tries of a start
    writeFileSync(file, ours);
    const again = await startEmbedded(folder);
    const kept = connect(again.urlOf('freshet'));
    expect((await kept.query('select from kept')).rowCount).toBe(0);
    await kept.end();
    await again.stop();
  });

  it('names a folder that cannot be written', async () => {
    await expect(startEmbedded('/proc/freshet')).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
  });
});
