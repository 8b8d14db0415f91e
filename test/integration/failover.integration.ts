import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, migrate } from '#store';
import { TimescalePair } from '../stack/timescale-pair.js';
import { CYCLES, Deployment, playAlone, type Outcome } from './deployment.js';
import { kafkaSettings } from './services.js';
import { until } from './until.js';

/** The simple query `commit` as it goes over the wire. */
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1');
/** What only the transaction that finishes a cycle says. */
const FINISH = 'update cycle set status = $6, state_hash';

/**
 * Where the commit of a cycle is when the primary dies: lost on its way; on the primary's disk, its standby not having it yet;
 * on both, the answer on its way. Nobody hears the end of any of them.
 */
const MOMENTS = ['sent', 'written', 'replicated'] as const;
type Moment = (typeof MOMENTS)[number];

// A primary and a standby that every acknowledged commit has reached; the primary is killed in the middle of a commit, and its standby takes over.

describe('a standby that takes over in the middle of a commit', () => {
  let root: string;
  let pair: TimescalePair;
  let embedded: Outcome;
  let deployment: Deployment;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-failover-'));
    pair = await TimescalePair.start(root);
    const url = await pair.ensureDatabase('freshet');
    const pool = connect(url, { maxConnections: 1 });
    await migrate(pool);
    await pool.end();
    await pair.addStandby();
    embedded = await playAlone(root);
    deployment = Deployment.start(root, url, kafkaSettings());
  }, 120_000);
  afterAll(async () => {
    await deployment.close();
    await pair.stop();
    rmSync(root, { recursive: true, force: true });
  });

  /** The primary dies at the next commit of a cycle. @returns that cycle's issue time, and after how long another stood in */
  async function strike(moment: Moment): Promise<{ readonly struck: number; readonly takenOverMs: number }> {
    const { cuts } = pair.entrance;
    await commitOfCycle(moment);
    const struck = (await deployment.cycles()).at(-1)!.issue_time; // the next one is entered when this one has settled
    if (moment === 'written') await until(async () => (await pair.waitingCommits()) > 0);
    while (moment === 'replicated' && pair.entrance.cuts === cuts) await delay(1); // cut when the answer comes by
    const began = performance.now();
    await pair.failOver();
    return { struck, takenOverMs: Math.round(performance.now() - began) };
  }

  /** Resolves when the next cycle is committed: the packet is lost, or the server gets it and its answer is lost. */
  function commitOfCycle(moment: Moment): Promise<void> {
    const finishing = new Set<number>();
    return new Promise(resolve => {
      pair.entrance.sniff = (packet, connection) => {
        if (packet.includes(FINISH)) finishing.add(connection);
        if (!packet.includes(COMMIT) || !finishing.has(connection)) return null;
        pair.entrance.sniff = () => null;
        if (moment === 'written') pair.replication.delayMs = 20_000;
        resolve();
        return moment === 'sent' ? 'before' : 'after';
      };
    });
  }

  const finished = async () => {
    deployment.assertRunning();
    return (await deployment.cycles('finished_at is not null')).length;
  };

  it('loses nothing, does nothing twice and needs no restart', async () => {
    const failovers = [];
    for (const moment of MOMENTS) {
      await until(async () => (await finished()) >= 1 + 3 * failovers.length);
      const { struck, takenOverMs } = await strike(moment);
      const before = await finished();
      const began = performance.now();
      await until(async () => (await finished()) > before);
      failovers.push({ moment, struck, takenOverMs, cycleMs: Math.round(performance.now() - began) });
      if (failovers.length < MOMENTS.length) await pair.addStandby();
    }
    expect(await deployment.outcome()).toEqual(embedded);
    const cycles = await deployment.cycles();
    expect(cycles).toHaveLength(CYCLES);
    const attempts = failovers.map(({ struck }) => cycles.find(({ issue_time }) => issue_time === struck)!.attempt);
    process.stderr.write(`${JSON.stringify({ failovers: failovers.map((each, k) => ({ ...each, attempts: attempts[k] })) })}\n`);
    expect(attempts).toEqual([2, 2, 1]); // computed again where the standby had not got it, found finished where it had
    expect(await deployment.announced()).toBe(CYCLES);
    for (const role of Object.values(deployment.roles)) expect(role.isRunning()).toBe(true);
  }, 240_000);
});
