import { startArchive, startFeeds, type RunningFeeds } from '#apps/ingest';
import { LocalBus } from '#bus';
import type { LiveSource, LoadedDomain } from '#config';
import { createLogger } from '#runtime';
import { readFeedViews } from '#store';
import type { ManualPulse } from './manual-pulse.js';
import { openTestDatabase, type TestDatabase } from './test-database.js';

/** Live sources of a domain to a real archive, at the time that a test says it is. */
export class TestIngest {
  private constructor(
    readonly database: TestDatabase,
    private readonly bus: LocalBus,
    private readonly pulse: ManualPulse,
    private feeds: RunningFeeds,
  ) {}

  static async start(domain: LoadedDomain, live: readonly LiveSource[], pulse: ManualPulse): Promise<TestIngest> {
    const database = await openTestDatabase();
    const bus = new LocalBus();
    const { basin, stations, mesh } = domain;
    const basins = new Map([[basin, { basin, stations, cellCount: mesh.cellCount }]]);
    await startArchive(bus, { pool: database.pool, basins, runKind: 'scheduled', logger: createLogger('silent') });
    const started = { ...domain, settings: { ...domain.settings, sources: { ...domain.settings.sources, live: [...live] } } };
    const onDefect = (error: unknown) => {
      throw error;
    };
    const ground = { pool: database.pool, bus, logger: createLogger('silent'), owner: 'test', onDefect };
    return new TestIngest(database, bus, pulse, await startFeeds(ground, [started], pulse));
  }

  async query<T extends object>(sql: string): Promise<T[]> {
    await this.bus.idle();
    return (await this.database.pool.query<T>(sql)).rows;
  }

  /** How a source stands now. */
  async feed(source: string): Promise<Awaited<ReturnType<typeof readFeedViews>>[number]> {
    const views = await readFeedViews(this.database.pool, 'cance', this.pulse.clock.now());
    return views.find(view => view.source === source)!;
  }

  async stop(): Promise<void> {
    await this.feeds.stop();
    await this.bus.close(1000);
    await this.database.close();
  }
}
