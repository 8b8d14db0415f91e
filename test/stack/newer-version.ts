import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './prepare.js';

/** What a package of Freshet consists of beside its dependencies. */
const PARTS = ['package.json', 'apps/freshet/bin', 'deploy/domains', 'dist', 'libs/store/migrations'];

export const NEXT_MIGRATION = '9000_next.sql';

/**
 * What a later version may do to the schema while this one runs: columns and a rule that this one's rows fulfil without
 * knowing of them, a table, an index; on tables that every beat writes, in an order that no transaction of ours keeps.
 */
const EXPAND = `
alter table outbox add column trace text not null default '';
create table forecast_note (basin text not null, issue_time timestamptz not null, note text not null, primary key (basin, issue_time));
alter table observation add column method smallint not null default 0;
alter table hydrograph add column spread double precision[];
alter table alert add column channel text not null default 'duty' check (channel <> '');
alter table cycle add column engine text not null default 'unknown';
create index cycle_finished on cycle (finished_at);
`;

/** Makes the package of a newer version in `root`, which must not exist: this one with one more migration. 27 MB. */
export function makeNewerVersion(root: string): void {
  for (const part of PARTS) cpSync(join(ROOT, part), join(root, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object;
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...manifest, version: '9000.0.0' }));
  writeFileSync(join(root, 'libs/store/migrations', NEXT_MIGRATION), EXPAND);
}
