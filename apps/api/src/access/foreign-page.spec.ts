import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '#contracts';
import { startFixtureApi, type FixtureApi } from '../../../../test/setup/fixture-api.js';
import { openTestDatabase, type TestDatabase } from '../../../../test/setup/test-database.js';

describe('a web page on a machine where nothing needs a key', () => {
  let database: TestDatabase;
  let api: FixtureApi;
  let port: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await startFixtureApi(database.pool, { mode: 'open', consoleFolder: null });
    port = Number(new URL(api.url).port);
  }, 60_000);
  afterAll(async () => {
    await api.close();
    await database.close();
  });

  /** As a browser would ask, which `fetch` does not let one: with a Host and an Origin of its own. */
  const ask = (method: string, path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const asking = request({ host: '127.0.0.1', port, method, path, headers }, response => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (body += part));
        response.on('end', () => {
          resolve({ status: response.statusCode!, body });
        });
      });
      asking.on('error', reject);
      asking.end();
    });
  const pause = async (headers: Record<string, string>): Promise<number> => (await ask('POST', '/v1/replay/pause', headers)).status;

  it('acts from the console of this address', async () => {
    expect(await pause({ host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` })).toBe(200);
    expect(await pause({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(200);
    expect(await pause({ host: `[::1]:${port}`, origin: `http://[::1]:${port}` })).toBe(200);
    expect(await pause({})).toBe(200); // a program
  });

  it('acts from nowhere else, and is told so', async () => {
    const host = `127.0.0.1:${port}`;
    const foreign = [
      'https://evil.example.org',
      'http://127.0.0.1:1',
      `http://localhost:${port}`,
      `https://127.0.0.1.example.org:${port}`,
      'null',
    ];
    for (const origin of foreign) expect([origin, await pause({ host, origin })]).toEqual([origin, 403]);
    const { body } = await ask('POST', '/v1/replay/pause', { host, origin: foreign[0]! });
    expect(Problem.parse(JSON.parse(body))).toMatchObject({
      code: 'ORIGIN_REFUSED',
      detail: 'a page of https://evil.example.org may not act here',
    });
    const { rows } = await database.pool.query('select from operator_act');
    expect(rows).toHaveLength(4); // those of the console and the program
  });

  it('does not act under a name that was turned to this machine', async () => {
    expect(await pause({ host: `evil.example.org:${port}`, origin: `http://evil.example.org:${port}` })).toBe(403);
  });

  it('reads, which changes nothing', async () => {
    const { status } = await ask('GET', '/v1/basins', { host: `127.0.0.1:${port}`, origin: 'https://evil.example.org' });
    expect(status).toBe(200);
  });
});
