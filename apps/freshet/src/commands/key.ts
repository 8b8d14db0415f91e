import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { parseDuration, readEnvironment } from '#config';
import { Fault } from '#errors';
import { epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import { Lifecycle, createLogger, systemClock } from '#runtime';
import {
  KEY_SCOPES,
  createApiKey,
  inTransaction,
  readApiKeys,
  recordAct,
  recordActOutcome,
  revokeApiKey,
  type ApiKey,
  type KeyScope,
  type Queryable,
} from '#store';
import { openOwned } from '../open-database.js';
import { printJson } from './run-options.js';

interface CreateFlags extends Flags {
  readonly scope: string;
  readonly name: string;
  readonly expires: string;
}

/** `freshet key`: the keys of the API, as the owner of the database. */
export function keyCommand(program: Command): void {
  const key = program.command('key').description('Make, list and revoke keys of the API (FRESHET_SQL as the owner of the database)');
  key
    .command('create')
    .description('Make a key and print it; it is stored nowhere and cannot be shown again')
    .requiredOption('--scope <scope>', 'partner (reads) or operator (reads and acts)')
    .requiredOption('--name <name>', 'whose it is')
    .requiredOption('--expires <when>', 'a date, or a time from now such as 365d')
    .option(...EXERCISE)
    .option('--json', 'print key and secret as JSON')
    .action(create);
  key
    .command('list')
    .description('Show every key without its secret')
    .option(...EXERCISE)
    .option('--json', 'print as JSON')
    .action(list);
  key
    .command('revoke')
    .description('End a key at once')
    .argument('<id>')
    .option(...EXERCISE)
    .option('--json', 'print as JSON')
    .action(revoke);
}

const EXERCISE = [
  '--exercise',
  'keys of the embedded database of `npm start`, which begins with none, instead of that of operations',
] as const;

interface Flags {
  readonly exercise?: boolean;
  readonly json?: boolean;
}

async function create({ scope, name, expires, ...flags }: CreateFlags): Promise<void> {
  const createdAt = systemClock.now();
  const wanted = { scope: readScope(scope), name: readName(name), createdAt, expiresAt: readExpiry(expires, createdAt) };
  const { key, secret } = await asOwner(flags, async db => {
    const made = await createApiKey(db, wanted);
    await record(db, 'key create', `${made.key.id} ${made.key.scope} ${made.key.name}`);
    return made;
  });
  if (flags.json === true) printJson({ ...shown(key, createdAt), secret });
  else {
    process.stdout.write(`${secret}\n`);
    process.stderr.write(`${key.scope} key ${key.id} of ${key.name}, valid until ${toIso(key.expiresAt)}; it is not shown again\n`);
  }
}

async function list(flags: Flags): Promise<void> {
  const now = systemClock.now();
  const keys = (await asOwner(flags, readApiKeys)).map(key => shown(key, now));
  if (flags.json === true) printJson(keys);
  else for (const { id, scope, state, expiresAt, name } of keys) process.stdout.write(`${id}  ${scope}  ${state}  ${expiresAt}  ${name}\n`);
}

async function revoke(id: string, flags: Flags): Promise<void> {
  const revoked = await asOwner(flags, async db => {
    const done = await revokeApiKey(db, id, systemClock.now());
    if (done) await record(db, 'key revoke', id);
    return done;
  });
  if (!revoked) throw new Fault('KEY_UNKNOWN', `there is no key "${id}" that could be revoked`, { id });
  if (flags.json === true) printJson({ id, revoked });
  else process.stdout.write(`revoked ${id}\n`);
}

/** One transaction as the owner: a key is not made without a record of who made it. */
async function asOwner<T>({ exercise }: Flags, work: (db: Queryable) => Promise<T>): Promise<T> {
  const environment = readEnvironment(process.env);
  const lifecycle = new Lifecycle(createLogger('warn'));
  try {
    return await inTransaction(
      await openOwned({ sql: environment.sql, name: exercise === true ? 'freshet_replay' : 'freshet' }, lifecycle),
      work,
    );
  } finally {
    await lifecycle.stop();
  }
}

async function record(db: Queryable, act: string, target: string): Promise<void> {
  const { username } = userInfo();
  const at = systemClock.now();
  const actor = { kind: 'command', id: username, name: username } as const;
  const seq = await recordAct(db, { at, runKind: 'scheduled', actor, address: null, act, target, request: null });
  await recordActOutcome(db, seq, { at, status: 0, code: null });
}

const shown = ({ id, name, scope, createdAt, expiresAt, revokedAt }: ApiKey, now: EpochMs) => ({
  id,
  name,
  scope,
  state: revokedAt !== null ? 'revoked' : now < expiresAt ? 'valid' : 'expired',
  createdAt: toIso(createdAt),
  expiresAt: toIso(expiresAt),
  revokedAt: revokedAt === null ? null : toIso(revokedAt),
});

function readScope(text: string): KeyScope {
  const scope = KEY_SCOPES.find(each => each === text);
  if (scope === undefined) throw new Fault('COMMAND_INVALID', `--scope ${text}: it is ${KEY_SCOPES.join(' or ')}`);
  return scope;
}

function readName(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > 80) throw new Fault('COMMAND_INVALID', '--name: give a name of 1 to 80 characters');
  return name;
}

function readExpiry(text: string, now: EpochMs): EpochMs {
  const time = expiryOf(text, now);
  if (time <= now) throw new Fault('COMMAND_INVALID', `--expires ${text}: ${toIso(time)} is over`);
  return time;
}

function expiryOf(text: string, now: EpochMs): EpochMs {
  const duration = parseDuration(text);
  if (duration !== null) return epochMs(now + duration);
  try {
    return parseIso(text);
  } catch {
    throw new Fault('COMMAND_INVALID', `--expires ${text}: give a date such as 2027-01-01, or a time from now such as 365d`);
  }
}
