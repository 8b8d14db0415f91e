import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { KafkaBus } from '#bus';
import { loadDomain, readEnvironment } from '#config';
import { BEAT_MS, epochMs, parseIso, toIso } from '#hydrology';
import { freeStackPort } from '../stack/free-port.js';
import { ROOT } from '../stack/prepare.js';
import type { Supervisor } from '../stack/supervisor.js';

// npm run bench:arrival: from the arrival of the last observation of a beat at the broker to its forecast, through processes of their
// own: ingest, two of forecast, alert and api as `npm run stack:up` starts them, fsync on, a replay leading them at a beat every 3 s.

const BEATS = Number(process.env.FRESHET_BEATS ?? 25);
const FROM = parseIso('2014-11-04T02:00Z');
const TO = epochMs(FROM + (BEATS - 1) * BEAT_MS);
const STATION = 'V3524010';
/** The API is asked as often; its limits allow no more for long. */
const ASK_MS = 100;

/** When something of a beat was first seen, by its issue time, on the clock of this process. */
type Seen = Map<number, number>;

/** Follows the broker: the last observation that each cycle may see, and its announcement. */
async function follow(bus: KafkaBus, cutOffMs: number): Promise<{ readonly arrived: Seen; readonly issued: Seen }> {
  const [arrived, issued] = [new Map<number, number>(), new Map<number, number>()];
  const arrive = (batch: readonly { readonly value: { readonly receivedAt: number } }[]) => {
    for (const { value } of batch) arrived.set(Math.ceil((value.receivedAt - cutOffMs) / BEAT_MS) * BEAT_MS, performance.now());
    return Promise.resolve();
  };
  await bus.subscribe('obs.gauge.v1', 'bench', arrive);
  await bus.subscribe('obs.rain.v1', 'bench', arrive);
  await bus.subscribe('forecast.issued.v1', 'bench', batch => {
    for (const { value } of batch) issued.set(value.issueTime, performance.now());
    return Promise.resolve();
  });
  await delay(3_000); // the group has its partitions
  return { arrived, issued };
}

/** Asks the API for the latest forecast until told to end. */
async function watchApi(api: string, signal: AbortSignal): Promise<Seen> {
  const shown = new Map<number, number>();
  while (!signal.aborted) {
    const answer = await fetch(`${api}/v1/stations/${STATION}/forecast`).catch(() => null);
    const body = answer?.ok === true ? ((await answer.json()) as { issueTime: string }) : null;
    if (body !== null && !shown.has(Date.parse(body.issueTime))) shown.set(Date.parse(body.issueTime), performance.now());
    await delay(ASK_MS);
  }
  return shown;
}

function secondsBetween(from: Seen, to: Seen): { readonly beats: number; readonly median: number; readonly most: number } {
  const all = [...to].flatMap(([issue, at]) => (issue < FROM || !from.has(issue) ? [] : [(at - from.get(issue)!) / 1000]));
  const sorted = all.sort((a, b) => a - b).map(seconds => Math.round(100 * seconds) / 100);
  return { beats: sorted.length, median: sorted[Math.floor(sorted.length / 2)]!, most: sorted.at(-1)! };
}

const script = (name: string): string => fileURLToPath(new URL(`../stack/${name}.js`, import.meta.url));

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'freshet-bench-'));
  const env = { ...process.env, FRESHET_STACK: home, FRESHET_STACK_PORT: String(await freeStackPort()) };
  const run = (name: string, ...args: readonly string[]) =>
    execFileSync(process.execPath, [script(name), ...args], { env, stdio: 'inherit' });
  try {
    run('stack-up');
    const environment = parseEnv(readFileSync(join(home, 'environment'), 'utf8')) as Record<string, string>;
    const { api } = JSON.parse(readFileSync(join(home, 'supervisor.json'), 'utf8')) as Supervisor;
    const { settings } = await loadDomain(join(ROOT, 'deploy/domains/cance'));
    const bus = await KafkaBus.open(readEnvironment(environment).kafka!);
    const { arrived, issued } = await follow(bus, settings.forecast.cutOff);
    const ended = new AbortController();
    const watched = watchApi(api, ended.signal);
    const args = ['replay', '--domain', 'cance', '--from', toIso(FROM), '--to', toIso(TO), '--speed', '5', '--json'];
    const leader = spawn(process.execPath, [join(ROOT, 'apps/freshet/bin/freshet.js'), ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = (await once(leader, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`the replay ended with code ${code}`);
    const loadAverage = loadavg()[0];
    await delay(3_000); // the API has seen the end
    ended.abort();
    const what = `${BEATS} beats of the Cance, 383 cells and six stations, ingest, two of forecast, alert and api in processes of their own`;
    const toForecast = secondsBetween(arrived, issued);
    const toApi = secondsBetween(arrived, await watched);
    process.stdout.write(
      `${JSON.stringify({ what, loadAverage, secondsFromLastObservationToForecast: toForecast, secondsUntilTheApiShowsIt: toApi }, null, 2)}\n`,
    );
    await bus.close(2_000);
  } finally {
    run('stack-down', '--forget');
    rmSync(home, { recursive: true, force: true });
  }
}

await main();
