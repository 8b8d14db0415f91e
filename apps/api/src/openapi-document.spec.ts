import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFixtureApi, type FixtureApi } from '../../../test/setup/fixture-api.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';

describe('the document of the API', () => {
  let database: TestDatabase;
  let api: FixtureApi;
  const folder = mkdtempSync(join(tmpdir(), 'freshet-console-'));
  beforeAll(async () => {
    database = await openTestDatabase();
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Freshet</title>');
    api = await startFixtureApi(database.pool, { mode: 'open', consoleFolder: folder });
  }, 60_000);
  afterAll(async () => {
    await api.close();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  const get = (path: string, init?: RequestInit) => fetch(`${api.url}${path}`, init);

  it('is OpenAPI 3.1 without a loose end, beside the console', async () => {
    const document = (await (await get('/docs/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, unknown>;
      components: { schemas: Record<string, unknown> };
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/v1/access',
      '/v1/alert-events',
      '/v1/alerts',
      '/v1/alerts/{alert}',
      '/v1/alerts/{alert}/acknowledge',
      '/v1/basins',
      '/v1/basins/{basin}',
      '/v1/basins/{basin}/cycles',
      '/v1/basins/{basin}/map',
      '/v1/basins/{basin}/reanalysis',
      '/v1/data-status',
      '/v1/health/live',
      '/v1/health/ready',
      '/v1/operator-acts',
      '/v1/replay',
      '/v1/replay/pause',
      '/v1/replay/resume',
      '/v1/replay/speed',
      '/v1/stations',
      '/v1/stations/{station}',
      '/v1/stations/{station}/forecast',
      '/v1/stations/{station}/forecasts',
      '/v1/stations/{station}/observations',
      '/v1/stations/{station}/verdicts',
      '/v1/stream',
    ]);
    const { schemas } = document.components;
    expect(schemas).toMatchObject({ Forecast: {}, Problem: {}, StreamEvent: { oneOf: [{}, {}, {}] }, AlertEventView: {} });
    expect(unresolved(document)).toEqual([]);
    expect((await get('/docs')).headers.get('content-type')).toContain('text/html');
    expect(await (await get('/')).text()).toContain('<title>Freshet</title>');
  });
});

/** References of the document that lead nowhere. */
function unresolved(document: { components: { schemas: Record<string, unknown> } }): string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(match => match[1]!);
  return references.filter(reference => !(reference.replace('#/components/schemas/', '') in document.components.schemas));
}
