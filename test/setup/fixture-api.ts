import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApi } from '#apps/api';
import { LocalBus } from '#bus';
import { readEnvironment, type AccessMode, type LoadedDomain } from '#config';
import { DAY_MS, HOUR_MS, MINUTE_MS, epochMs, parseIso, stationId } from '#hydrology';
import { createLogger } from '#runtime';
import { createApiKey, type Pool } from '#store';
import { archiveDischarge, archiveRain, loadCance, storeCycles } from './flood-fixture.js';

const BEAT = parseIso('2014-11-04T15:30Z');

export const RAIN_GAUGE: LoadedDomain['rainGauges'][number] = {
  ...{ id: stationId('RG1'), name: 'Hill', longitude: 4.66, latitude: 45.24, cell: 5 },
  ...{ source: 'table', code: 'RG1', quality: { off: [] } },
};

export interface FixtureApi {
  readonly url: string;
  /** A valid key of an operator. */
  readonly key: string;
  /** What the API found to be its own mistakes. */
  readonly defects: readonly unknown[];
  close(): Promise<void>;
}

export interface FixtureApiOptions {
  readonly mode: AccessMode;
  /** Folder of the bundled console, null to serve none. */
  readonly consoleFolder: string | null;
  /** Beside the Cance, which has none. */
  readonly rainGauges?: LoadedDomain['rainGauges'];
}

/** The API over an hour of the flood, with a replay whose clock stands still. */
export async function startFixtureApi(pool: Pool, { mode, consoleFolder, rainGauges = [] }: FixtureApiOptions): Promise<FixtureApi> {
  const domain = { ...(await loadCance()), rainGauges };
  const span = { domain, runKind: 'replay' as const, from: epochMs(BEAT - HOUR_MS), to: BEAT };
  await archiveDischarge(pool, { ...span, from: epochMs(BEAT - 6 * HOUR_MS) });
  await archiveRain(pool, { ...span, from: epochMs(BEAT - 6 * HOUR_MS) });
  await storeCycles(pool, span);
  const machine = epochMs(Date.now());
  const { secret } = await createApiKey(pool, {
    ...{ name: 'Duty desk', scope: 'operator' },
    createdAt: machine,
    expiresAt: epochMs(machine + DAY_MS),
  });
  const now = epochMs(BEAT + 4 * MINUTE_MS);
  const bus = new LocalBus();
  const defects: unknown[] = [];
  const application = await createApi({
    ...{ pool, bus, runKind: 'replay', domains: [domain], consoleFolder, version: '0.1.0' },
    clock: { now: () => now },
    machineClock: { now: () => epochMs(Date.now()) },
    access: { ...readEnvironment({}).access, mode },
    logger: createLogger('silent'),
    replay: { basin: domain.basin, clock: standing(now) },
    onMessages: () => undefined,
    onDefect: error => defects.push(error),
  });
  return listening(application, { bus, key: secret, defects });
}

const standing = (now: ReturnType<typeof parseIso>) => ({
  state: () => ({ now, from: now, to: now, speed: 15, paused: false, finished: false }),
  pause: () => undefined,
  resume: () => undefined,
  setSpeed: () => undefined,
});

async function listening(
  application: NestExpressApplication,
  { bus, key, defects }: { readonly bus: LocalBus; readonly key: string; readonly defects: unknown[] },
): Promise<FixtureApi> {
  await application.listen(0, '127.0.0.1');
  const url = await application.getUrl();
  const close = async () => {
    await application.close();
    await bus.close(1000);
  };
  return { url, key, defects, close };
}
