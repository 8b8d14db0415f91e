import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BEAT_MS, epochMs, parseIso, toIso, uniformNumbers } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { RoleProcess } from '../stack/role-process.js';
import { Deployment, outcomeOf, type Outcome } from './deployment.js';
import { kafkaSettings } from './services.js';
import { until } from './until.js';

/** A hundred were measured once (docs/guides/deploy.md); every run takes some. */
const KILLS = Number(process.env.FRESHET_KILLS ?? 8);
const SEED = Number(process.env.FRESHET_KILL_SEED ?? 20141104);
/** Between two kills a few beats may pass; the last ones must still have something to hit. */
const FROM = parseIso('2014-11-04T02:00Z');
const CYCLES = 3 * KILLS + 12;
const TO = epochMs(FROM + (CYCLES - 1) * BEAT_MS);

/** The rise of the record flood, an hour of rain lost and a gauge late. */
const REPLAY = [
  ...['replay', '--domain', 'cance', '--from', toIso(FROM), '--to', toIso(TO), '--json'],
  ...['--drop', 'rain,2014-11-04T03:00Z,2014-11-04T04:00Z', '--delay', 'V3515010,2014-11-04T02:00Z,2014-11-04T04:00Z,30min'],
];

/** Longest wait between the end of a cycle and the kill: longer than a beat takes, so that every moment of it is hit. */
const MOMENT_MS = 900;

describe('kill -9 of a random process at a random moment of a replay', () => {
  let root: string;
  let database: TestDatabase | undefined;
  let embedded: Outcome;
  let deployment: Deployment | undefined;
  beforeAll(
    async () => {
      root = mkdtempSync(join(tmpdir(), 'freshet-kills-'));
      const alone = new RoleProcess({ args: REPLAY, env: {}, log: join(root, 'embedded.log') });
      alone.start();
      expect(await alone.ended()).toBe(0);
      embedded = outcomeOf(alone);
      database = await openTestDatabase();
      deployment = Deployment.start(root, database.url, kafkaSettings(), [...REPLAY, '--resume']);
    },
    240_000 + KILLS * 10_000,
  );
  afterAll(async () => {
    await deployment?.close();
    await database?.close();
    rmSync(root, { recursive: true, force: true });
  });

  it(
    `loses nothing and does nothing twice, ${KILLS} times in a row`,
    async () => {
      const uniform = uniformNumbers(SEED);
      const deployed = deployment!;
      const processes = { ...deployed.roles, leader: deployed.leader };
      const names = Object.keys(processes) as (keyof typeof processes)[];
      const killed = Object.fromEntries(names.map(name => [name, 0]));
      const finished = async () => (await deployed.cycles('finished_at is not null')).length;
      let last = 'none';
      for (let kill = 0, reached = 0; kill < KILLS; kill++) {
        await until(async () => (await finished()) > reached, 120_000).catch(async (error: unknown) => {
          throw new Error(`after ${kill} kills ${JSON.stringify(killed)}, the last of ${last}: ${await deployed.describe()}`, {
            cause: error,
          });
        });
        await delay(uniform() * MOMENT_MS);
        const name = names[Math.floor(uniform() * names.length)]!;
        expect(processes[name].isRunning()).toBe(true); // what is dead already cannot be killed, and nothing may end by itself
        await processes[name].kill();
        processes[name].start();
        killed[name]!++;
        last = name;
        reached = await finished();
      }
      expect(await deployed.outcome()).toEqual(embedded);
      const cycles = await deployed.cycles();
      const again = cycles.filter(({ attempt }) => attempt > 1).length;
      process.stderr.write(`${JSON.stringify({ kills: KILLS, seed: SEED, killed, cycles: cycles.length, computedAgain: again })}\n`);
      expect(cycles).toHaveLength(CYCLES);
      expect(await deployed.announced()).toBe(CYCLES);
    },
    120_000 + KILLS * 40_000,
  );
});
