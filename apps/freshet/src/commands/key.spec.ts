import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { epochMs } from '#hydrology';
import { checkApiKey, readActs } from '#store';
import { keyCommand } from './key.js';
import { openTestDatabase, type TestDatabase } from '../../../../test/setup/test-database.js';

describe('freshet key', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    process.env['FRESHET_SQL'] = database.url;
  });
  afterAll(() => database.close());

  /** What the command prints on stdout. */
  async function run(...args: string[]): Promise<string> {
    let printed = '';
    const out = jest.spyOn(process.stdout, 'write').mockImplementation(text => (printed += String(text)) !== '');
    const program = new Command();
    keyCommand(program);
    await program.parseAsync(['key', ...args], { from: 'user' }).finally(() => {
      out.mockRestore();
    });
    return printed;
  }

  it('makes a key that holds, shows it without its secret, ends it, and records both', async () => {
    const made = await run('create', '--scope', 'operator', '--name', 'Duty desk', '--expires', '30d', '--json');
    const { id, secret, expiresAt } = JSON.parse(made) as Record<'id' | 'secret' | 'expiresAt', string>;
    const now = epochMs(Date.now());
    expect(await checkApiKey(database.pool, secret, now)).toMatchObject({ kind: 'valid', key: { name: 'Duty desk', scope: 'operator' } });
    expect(Date.parse(expiresAt) - now).toBeGreaterThan(29.9 * 86_400_000);
    const listed = await run('list', '--json');
    expect(JSON.parse(listed)).toMatchObject([{ id, name: 'Duty desk', state: 'valid' }]);
    expect(listed).not.toContain(secret.slice(-43));
    expect(await run('revoke', id)).toBe(`revoked ${id}\n`);
    expect(await checkApiKey(database.pool, secret, now)).toMatchObject({ kind: 'revoked' });
    await expect(run('revoke', id)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    const acts = await readActs(database.pool, { limit: 10 });
    expect(acts.map(({ act, callerKind, status }) => [act, callerKind, status])).toEqual([
      ['key revoke', 'command', 0],
      ['key create', 'command', 0],
    ]);
    expect(JSON.stringify(acts)).not.toContain(secret.slice(-43));
  });

  it('names what is wrong with the wish', async () => {
    const wishes = [
      [['--scope', 'admin', '--name', 'x', '--expires', '1d'], 'partner or operator'],
      [['--scope', 'partner', '--name', ' ', '--expires', '1d'], '1 to 80 characters'],
      [['--scope', 'partner', '--name', 'x', '--expires', '2020-01-01'], 'is over'],
      [['--scope', 'partner', '--name', 'x', '--expires', 'soon'], 'such as 365d'],
    ] as const;
    for (const [wish, message] of wishes) await expect(run('create', ...wish)).rejects.toThrow(message);
  });
});
