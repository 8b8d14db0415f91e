import type { Queryable } from './connect.js';

/** Processes log in as members of the writer, Grafana as a member of the reader; the owner alone changes the schema. */
export const DATABASE_ROLES = Object.freeze({ writer: 'freshet_writer', reader: 'freshet_reader' });

/** The writer may not change the schema or rewrite history. */
const APPEND_ONLY = ['alert_event', 'reject', 'operator_act', 'operator_act_outcome', 'verdict'] as const;
/** Keys are made and revoked by the owner; the writer checks them, the reader has nothing to do with them. */
const KEYS = 'api_key';

/**
 * Makes the two roles unless an administrator has, and gives them their rights on every table there is. Repeat it after
 * each migration, as the owner; making roles needs CREATEROLE.
 */
export async function grantDatabaseRoles(db: Queryable): Promise<void> {
  const { writer, reader } = DATABASE_ROLES;
  for (const role of [writer, reader]) {
    const { rowCount } = await db.query('select from pg_roles where rolname = $1', [role]);
    if (rowCount === 0) await db.query(`create role ${role} nologin`);
    await db.query(`grant usage on schema public to ${role}`);
    await db.query(`grant select on all tables in schema public to ${role}`);
  }
  await db.query(`grant insert, update, delete on all tables in schema public to ${writer}`);
  await db.query(`grant usage on all sequences in schema public to ${writer}`);
  for (const table of APPEND_ONLY) await db.query(`revoke update, delete on ${table} from ${writer}`);
  await db.query(`revoke insert, update, delete on migration, ${KEYS} from ${writer}`);
  await db.query(`revoke select on ${KEYS} from ${reader}`);
}
