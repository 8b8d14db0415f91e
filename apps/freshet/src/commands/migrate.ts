import type { Command } from 'commander';
import { readEnvironment } from '#config';
import { Fault } from '#errors';
import { connect, grantDatabaseRoles, inTransaction, migrate, readEdition, type Edition } from '#store';
import { printJson } from './run-options.js';

/** `freshet migrate`: the schema of this version, as the owner of the database. */
export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('Bring the database of FRESHET_SQL up to this version and give the roles freshet_writer and freshet_reader their rights')
    .option('--json', 'print what was done as JSON')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const done = await migrateDatabase(readEnvironment(process.env).sql);
      if (json === true) printJson(done);
      else process.stdout.write(`${done.applied.length === 0 ? 'up to date' : done.applied.join('\n')} (${done.edition})\n`);
    });
}

async function migrateDatabase(sql: string): Promise<{ readonly applied: readonly string[]; readonly edition: Edition }> {
  if (sql.startsWith('embedded:'))
    throw new Fault('COMMAND_INVALID', 'an embedded database is migrated when Freshet starts; FRESHET_SQL must be postgres://…');
  const pool = connect(sql, { maxConnections: 1 });
  try {
    const applied = await migrate(pool);
    await inTransaction(pool, grantDatabaseRoles);
    return { applied, edition: await readEdition(pool) };
  } finally {
    await pool.end();
  }
}
