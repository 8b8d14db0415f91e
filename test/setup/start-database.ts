import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, migrate, startEmbedded, type EmbeddedDatabase } from '#store';

declare global {
  var freshetTestDatabase: { readonly database: EmbeddedDatabase; readonly folder: string } | undefined;
}

/** Speed instead of safety: the cluster lives as long as the run. */
const SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];

/** Jest's globalSetup: one cluster a run with the migrated template that every spec file clones. */
export default async function startDatabase(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-test-'));
  const database = await startEmbedded(folder, { settings: SETTINGS });
  const pool = connect(await database.ensureDatabase('template_freshet'), { maxConnections: 1 });
  await migrate(pool);
  await pool.end(); // nobody may be connected to a template
  globalThis.freshetTestDatabase = { database, folder };
  process.env.FRESHET_TEST_SQL = database.urlOf('postgres');
}
