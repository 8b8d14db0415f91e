import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DATABASE_ROLES, grantDatabaseRoles, inTransaction } from '#store';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { NEXT_MIGRATION, makeNewerVersion } from '../stack/newer-version.js';
import { ROOT } from '../stack/prepare.js';
import { RoleProcess } from '../stack/role-process.js';
import { Deployment, playAlone, type Outcome } from './deployment.js';
import { kafkaSettings } from './services.js';
import { until } from './until.js';

/** Long enough that there is something to compute beside every step. */
const REPLAY = [
  ...['replay', '--domain', 'cance', '--from', '2014-11-04T05:00Z', '--to', '2014-11-04T18:00Z', '--json'],
  ...['--drop', 'rain,2014-11-04T06:00Z,2014-11-04T07:00Z', '--delay', 'V3515010,2014-11-04T06:00Z,2014-11-04T07:00Z,30min'],
];
const CYCLES = 53;

// As docs/guides/deploy.md says it: `freshet migrate` of the newer version while the older is at work, then the processes one after
// the other. The newer one is a package of its own with one more migration; processes log in as a writer.

describe('a newer version in the middle of a replay', () => {
  let root: string;
  let newer: string;
  let embedded: Outcome;
  let database: TestDatabase;
  let deployment: Deployment | undefined;
  let writer: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-rolling-'));
    newer = join(root, 'newer');
    makeNewerVersion(newer);
    database = await openTestDatabase();
    await inTransaction(database.pool, grantDatabaseRoles);
    await database.pool.query(`create role rolling_process login password 'secret' in role ${DATABASE_ROLES.writer}`);
    writer = database.url.replace(/\/\/[^@]*@/, '//rolling_process:secret@');
    embedded = await playAlone(root, REPLAY);
  });
  afterAll(async () => {
    await deployment?.close();
    await database.pool.query(
      'reassign owned by rolling_process to current_user; drop owned by rolling_process; drop role rolling_process',
    );
    await database.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** Runs a command of the newer version to its end. */
  async function runNewer(args: readonly string[], sql: string): Promise<{ readonly code: number | null; readonly said: string }> {
    const log = join(root, `${args.join('-')}.log`);
    const command = new RoleProcess({ args, env: { FRESHET_SQL: sql }, log });
    command.start(newer);
    const code = await command.ended();
    return { code, said: command.stdout + readFileSync(log, 'utf8') };
  }

  it('migrates beside the older one, which goes on, and replaces it process by process', async () => {
    const early = await runNewer(['serve'], writer);
    expect(early).toMatchObject({ code: 78, said: expect.stringMatching(/lacks 9000_next\.sql.*freshet migrate/s) as unknown });
    const deployed = (deployment = Deployment.start(root, writer, kafkaSettings(), [...REPLAY, '--resume']));
    const finishMore = async (count: number) => {
      const finished = async () => {
        deployed.assertRunning();
        return (await deployed.cycles('finished_at is not null')).length;
      };
      const before = await finished();
      expect(before).toBeLessThan(CYCLES - count); // or nothing was left to compute beside it
      await until(async () => (await finished()) >= before + count);
    };
    await finishMore(2);
    const began = performance.now();
    const migrated = await runNewer(['migrate'], database.url);
    const migrateMs = Math.round(performance.now() - began);
    expect(migrated).toMatchObject({ code: 0, said: expect.stringContaining(NEXT_MIGRATION) as unknown });
    await deployed.roles.other.kill();
    deployed.roles.other.start(); // whoever is started again meanwhile is of the older version still
    await finishMore(1);
    const processes = { ...deployed.roles, leader: deployed.leader };
    for (const each of Object.values(processes)) {
      await each.stop();
      each.start(newer);
      await finishMore(1);
    }
    await processes.alert.stop();
    processes.alert.start(ROOT); // and back, should the newer one disappoint
    const versions = Object.values(processes).filter(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(newer));
    expect(versions).toHaveLength(4);
    expect(await deployed.outcome()).toEqual(embedded);
    const cycles = await deployed.cycles();
    process.stderr.write(
      `${JSON.stringify({ migrateMs, replaced: 5, computedAgain: cycles.filter(({ attempt }) => attempt > 1).length })}\n`,
    );
    expect(cycles).toHaveLength(CYCLES);
    expect(await deployed.announced()).toBe(CYCLES);
  }, 240_000);
});
