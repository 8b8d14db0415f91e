import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findTool } from '../setup/find-tool.js';
import { startFixtureApi, type FixtureApi } from '../setup/fixture-api.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';

const schemathesis = findTool('schemathesis');

it('has schemathesis wherever CI runs', () => {
  expect(schemathesis !== null || process.env['CI'] === undefined).toBe(true);
});

(schemathesis === null ? describe.skip : describe)('the OpenAPI document', () => {
  let database: TestDatabase;
  let api: FixtureApi;
  let folder: string;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await startFixtureApi(database.pool, { mode: 'closed', consoleFolder: null });
    folder = mkdtempSync(join(tmpdir(), 'freshet-openapi-'));
  }, 60_000);
  afterAll(async () => {
    await api.close();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  it('is kept by every route whatever it is sent: no failure of ours, no status or reply that is not described', async () => {
    const { code, output } = await run([
      ...['run', `${api.url}/docs/openapi.json`, '--header', `X-API-Key: ${api.key}`],
      ...['--exclude-path', '/v1/stream'], // never ends; api.spec.ts reads it
      ...['--checks', 'all', '--max-examples', '12', '--seed', '1', '--workers', '2', '--no-color'],
    ]);
    expect(code === 0 ? '' : output).toBe('');
    expect(output).toMatch(/Tested: +2\d/);
    expect(api.defects).toEqual([]);
  }, 120_000);

  function run(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
    return new Promise(resolve => {
      execFile(schemathesis!, [...args], { cwd: folder, maxBuffer: 1e8 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
      });
    });
  }
});
