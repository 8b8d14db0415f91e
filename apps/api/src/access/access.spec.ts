import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { LocalBus } from '#bus';
import { readEnvironment, type AccessSettings } from '#config';
import { AccessReply, OperatorActList, Problem } from '#contracts';
import { DAY_MS, epochMs, parseIso } from '#hydrology';
import { DATABASE_ROLES, createApiKey, grantDatabaseRoles, inTransaction, revokeApiKey } from '#store';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../../../../test/setup/test-database.js';
import type { ApiContext } from '../api-context.js';
import { createApi } from '../create-api.js';

const NOW = parseIso('2026-01-10');
const CALLERS = ['nobody', 'unknown', 'forged', 'malformed', 'basic', 'expired', 'revoked', 'partner', 'operator'] as const;
type CallerName = (typeof CALLERS)[number];
const MODES = ['open', 'public', 'closed'] as const;

/** Asks for nothing: probes come without a key. */
const PROBES = ['/v1/health/live', '/v1/health/ready'];
/** Answers whoever asks what it may do. */
const IDENTITY = '/v1/access';
/** A GET that is no read of forecasts. */
const OPERATORS_READS = ['/v1/operator-acts'];

interface Operation {
  readonly security: readonly Record<string, unknown>[];
  readonly responses: Record<string, unknown>;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly securitySchemes: Record<string, unknown> };
}

describe('access to the API', () => {
  let database: TestDatabase;
  let bus: LocalBus;
  let context: ApiContext;
  const credentials = {} as Record<CallerName, Record<string, string>>;
  const applications: NestExpressApplication[] = [];
  const logged: string[] = [];

  beforeAll(async () => {
    database = await openTestDatabase();
    bus = new LocalBus();
    const log = (fields: unknown, message?: string) => void logged.push(JSON.stringify([fields, message]));
    context = {
      ...{
        pool: database.pool,
        bus,
        runKind: 'scheduled',
        domains: [await loadCance()],
        replay: null,
        consoleFolder: null,
        version: '0.1.0',
      },
      clock: { now: () => NOW },
      machineClock: { now: () => NOW },
      access: readEnvironment({}).access,
      logger: { info: log, warn: log },
      onMessages: () => undefined,
      onDefect: error => {
        throw error;
      },
    };
    await makeCredentials();
  }, 60_000);
  afterAll(async () => {
    for (const application of applications) await application.close();
    await bus.close(1000);
    await database.close();
  });

  async function makeCredentials(): Promise<void> {
    const make = async (scope: 'partner' | 'operator', days: number) => {
      const wanted = { name: `${scope} ${days}`, scope, createdAt: epochMs(NOW - DAY_MS), expiresAt: epochMs(NOW + days * DAY_MS) };
      return createApiKey(database.pool, wanted);
    };
    const [partner, operator, expired, revoked] = [
      await make('partner', 1),
      await make('operator', 1),
      await make('operator', 0), // a key is valid before its expiry, not at it
      await make('operator', 2),
    ];
    expect(await revokeApiKey(database.pool, revoked.key.id, NOW)).toBe(true);
    expect(await revokeApiKey(database.pool, revoked.key.id, NOW)).toBe(false);
    const key = (secret: string) => ({ 'x-api-key': secret });
    Object.assign(credentials, {
      nobody: {},
      unknown: key(`freshet_0123456789abcdef_${'A'.repeat(43)}`),
      forged: key(`freshet_${operator.key.id}_${'A'.repeat(43)}`),
      malformed: key(`${operator.secret}'; drop table api_key; --`),
      basic: { authorization: `Basic ${Buffer.from(`x:${operator.secret}`).toString('base64')}` },
      expired: key(expired.secret),
      revoked: key(revoked.secret),
      partner: key(partner.secret),
      operator: key(operator.secret),
    });
  }

  async function serve(access: Partial<AccessSettings>): Promise<string> {
    const application = await createApi({ ...context, access: { ...context.access, ...access } });
    await application.listen(0, '127.0.0.1');
    applications.push(application);
    return application.getUrl();
  }

  interface Route {
    readonly method: string;
    readonly path: string;
    readonly operation: Operation;
  }
  async function routesOf(url: string): Promise<Route[]> {
    const { paths } = (await (await fetch(`${url}/docs/openapi.json`)).json()) as Document;
    return Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  }

  /** The status, and of an event stream no more than that. */
  async function ask(url: string, { method, path }: Route, headers: Record<string, string>): Promise<number> {
    const abort = new AbortController();
    const target = path.replace('{basin}', 'cance').replace('{station}', 'V3524010').replace('{alert}', 'nothing');
    const response = await fetch(`${url}${target}`, { method, headers, signal: abort.signal });
    if (response.status >= 400) Problem.parse(await response.json());
    abort.abort();
    return response.status;
  }

  /** What the rules say, apart from the code that applies them. */
  function expected(mode: (typeof MODES)[number], { method, path }: Route, caller: CallerName): 200 | 401 | 403 {
    if (mode === 'open' || PROBES.includes(path)) return 200;
    if (!['nobody', 'partner', 'operator'].includes(caller)) return 401;
    const acts = method !== 'GET' || OPERATORS_READS.includes(path);
    if (caller === 'nobody') return path !== IDENTITY && (acts || mode === 'closed') ? 401 : 200;
    return acts && caller === 'partner' ? 403 : 200;
  }

  it.each(MODES)('holds on every route for every kind of caller: %s', async mode => {
    const url = await serve({ mode });
    const routes = await routesOf(url);
    expect(routes.length).toBeGreaterThan(20);
    const wrong: string[] = [];
    for (const route of routes)
      for (const caller of CALLERS) {
        const status = await ask(url, route, credentials[caller]);
        const want = expected(mode, route, caller);
        // let in, a route may still find nothing (404), nothing to do (409) or a body missing (400)
        const met = want === 200 ? [200, 400, 404, 409].includes(status) : status === want;
        if (!met) wrong.push(`${route.method} ${route.path} as ${caller}: ${status} instead of ${want}`);
        const says = route.operation.security.some(each => Object.keys(each).length === 0);
        if (caller === 'nobody' && says !== (want === 200)) wrong.push(`${route.method} ${route.path}: the document says otherwise`);
      }
    expect(wrong).toEqual([]);
  });

  it('says in the document how to be let in and how one is refused', async () => {
    const url = await serve({ mode: 'closed' });
    const document = (await (await fetch(`${url}/docs/openapi.json`)).json()) as Document;
    expect(document.components.securitySchemes).toMatchObject({
      key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      token: { type: 'http', scheme: 'bearer' },
    });
    for (const { path, operation } of await routesOf(url)) {
      const refusals = PROBES.includes(path) ? [] : ['401', '403', '429'];
      expect([path, Object.keys(operation.responses)]).toEqual([path, expect.arrayContaining(refusals)]);
    }
  });

  it('tells whoever asks what it may do', async () => {
    const url = await serve({ mode: 'public' });
    const access = async (caller: CallerName) =>
      AccessReply.parse(await (await fetch(`${url}/v1/access`, { headers: credentials[caller] })).json());
    expect(await access('nobody')).toMatchObject({ access: 'public', caller: null, mayRead: true, mayAct: false });
    expect(await access('partner')).toMatchObject({ caller: { scope: 'partner' }, mayRead: true, mayAct: false });
    expect(await access('operator')).toMatchObject({
      caller: { kind: 'key', scope: 'operator', expiresAt: '2026-01-11T00:00:00Z' },
      mayAct: true,
    });
  });

  it('says why to whoever has the secret, and asks for a key in the way HTTP does', async () => {
    const url = await serve({ mode: 'closed' });
    const refusal = async (caller: CallerName) => {
      const response = await fetch(`${url}/v1/stations`, { headers: credentials[caller] });
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
      return Problem.parse(await response.json());
    };
    expect(await refusal('expired')).toMatchObject({
      code: 'CALLER_UNKNOWN',
      detail: expect.stringContaining('expired at 2026-01-10') as unknown,
    });
    expect((await refusal('revoked')).detail).toContain('was revoked');
    expect((await refusal('forged')).detail).toBe('the key is not known');
    expect((await refusal('nobody')).remedy).toContain('freshet key create');
  });

  it('records every act with who, when, what, from where and how it ended', async () => {
    const url = await serve({ mode: 'public' });
    const body = JSON.stringify({ operator: 'M. Durand' });
    const headers = { ...credentials.operator, 'content-type': 'application/json' };
    await fetch(`${url}/v1/alerts/nothing/acknowledge`, { method: 'POST', headers, body });
    const acts = await fetch(`${url}/v1/operator-acts?limit=1`, { headers: credentials.operator });
    const [act] = OperatorActList.parse(await acts.json()).acts;
    expect(act).toMatchObject({
      at: '2026-01-10T00:00:00Z',
      callerKind: 'key',
      callerName: 'operator 1',
      address: expect.stringContaining('127.0.0.1') as unknown,
      act: 'POST /v1/alerts/:alert/acknowledge',
      target: '/v1/alerts/nothing/acknowledge',
      request: body,
      endedAt: '2026-01-10T00:00:00Z',
      status: 404,
      code: 'ALERT_NOT_FOUND',
    });
    const older = await fetch(`${url}/v1/operator-acts?before=${act!.seq}`, { headers: credentials.operator });
    expect(OperatorActList.parse(await older.json()).acts.every(each => each.seq < act!.seq)).toBe(true);
    expect(logged.some(line => line.includes('an operator acts') && line.includes('operator 1'))).toBe(true);
  });

  it('refuses a name that no log could show, and records even that', async () => {
    const url = await serve({ mode: 'public' });
    const headers = { ...credentials.operator, 'content-type': 'application/json' };
    for (const operator of ['\\u0000', 'M.\\u0007', '\\ud800', 'a\\nb']) {
      const body = `{"operator":"${operator}"}`;
      const response = await fetch(`${url}/v1/alerts/nothing/acknowledge`, { method: 'POST', headers, body });
      expect(Problem.parse(await response.json())).toMatchObject({ status: 400, errors: [{ parameter: 'operator' }] });
    }
    const acts = await fetch(`${url}/v1/operator-acts?limit=4`, { headers: credentials.operator });
    expect(OperatorActList.parse(await acts.json()).acts.map(({ code }) => code)).toEqual(Array(4).fill('QUERY_INVALID'));
  });

  it('does nothing that it cannot record', async () => {
    const pool = {
      query: (sql: string, values: unknown[]) =>
        /insert into operator_act /.test(sql)
          ? Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
          : database.pool.query(sql, values),
    } as unknown as ApiContext['pool'];
    let paused = false;
    const clock = { pause: () => (paused = true) } as unknown as NonNullable<ApiContext['replay']>['clock'];
    const application = await createApi({ ...context, pool, replay: { basin: 'cance', clock } });
    applications.push(application);
    await application.listen(0, '127.0.0.1');
    const response = await fetch(`${await application.getUrl()}/v1/replay/pause`, { method: 'POST' });
    expect(response.status).toBe(503);
    expect(paused).toBe(false);
  });

  it('writes no secret into a log or an answer, and stores none', async () => {
    const secrets = CALLERS.flatMap(caller => Object.values(credentials[caller])).filter(text => text.length > 20);
    const { rows } = await database.pool.query<{ row: string }>(
      'select to_jsonb(k)::text as row from api_key k union all select to_jsonb(a)::text from operator_act a',
    );
    const written = [...logged, ...rows.map(({ row }) => row)].join('\n');
    expect(logged.length).toBeGreaterThan(50);
    for (const secret of secrets) expect(written).not.toContain(secret.slice(secret.indexOf('_', 8) + 1));
  });

  it('counts a key wherever it comes from and whoever has none by address, and says when to come back', async () => {
    const url = await serve({ mode: 'public', requestsPerMinute: 3 });
    const statuses = async (caller: CallerName, path = '/v1/access') => {
      const all: number[] = [];
      for (let k = 0; k < 5; k++) all.push((await fetch(`${url}${path}`, { headers: credentials[caller] })).status);
      return all;
    };
    expect(await statuses('partner')).toEqual([200, 200, 200, 429, 429]);
    expect(await statuses('operator')).toEqual([200, 200, 200, 429, 429]);
    expect(await statuses('forged')).toEqual([401, 401, 401, 429, 429]); // guessing is counted
    expect(await statuses('nobody')).toEqual([429, 429, 429, 429, 429]); // from the same address
    expect(await statuses('nobody', '/v1/health/live')).toEqual([200, 200, 200, 200, 200]);
    const refused = await fetch(`${url}/v1/access`, { headers: credentials.partner });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Problem.parse(await refused.json())).toMatchObject({ status: 429, code: 'RATE_EXCEEDED' });
  });

  it('believes an address only from a proxy that is trusted', async () => {
    const from = async (trustedProxies: readonly string[]) => {
      const url = await serve({ mode: 'open', trustedProxies });
      await fetch(`${url}/v1/replay/pause`, { method: 'POST', headers: { 'x-forwarded-for': '192.0.2.7' } });
      const acts = await fetch(`${url}/v1/operator-acts?limit=1`);
      return OperatorActList.parse(await acts.json()).acts[0]!.address;
    };
    expect(await from([])).toContain('127.0.0.1');
    expect(await from(['127.0.0.1'])).toBe('192.0.2.7');
  });

  it('answers a method that a path does not have with those it has', async () => {
    const url = await serve({ mode: 'open' });
    const refused = await fetch(`${url}/v1/alerts/nothing/acknowledge`, { method: 'DELETE' });
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toBe('POST');
    expect((await fetch(`${url}/v1/basins`, { method: 'HEAD' })).status).toBe(200);
  });

  it('sends strict headers and lets other pages read only where it is told to', async () => {
    const [own, shared] = [await serve({ mode: 'open' }), await serve({ mode: 'open', corsOrigins: ['https://maps.example.org'] })];
    const of = async (url: string, origin: string) => (await fetch(`${url}/v1/basins`, { headers: { origin } })).headers;
    const headers = await of(own, 'https://maps.example.org');
    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect((await of(shared, 'https://maps.example.org')).get('access-control-allow-origin')).toBe('https://maps.example.org');
    expect((await of(shared, 'https://evil.example.org')).get('access-control-allow-origin')).toBeNull();
  });

  it('lets the writer check keys and append acts, and the reader see no key', async () => {
    await inTransaction(database.pool, grantDatabaseRoles);
    const as = (role: string, sql: string) =>
      inTransaction(database.pool, async client => {
        await client.query(`set local role ${role}`);
        await client.query(sql);
      });
    const { writer, reader } = DATABASE_ROLES;
    await as(writer, 'select from api_key');
    await as(
      writer,
      `insert into operator_act (at, run_kind, caller_kind, caller, caller_name, act, target) values (now(), 'x', 'nobody', '', '', 'x', 'x')`,
    );
    await as(reader, 'select from operator_act');
    const refused = [
      ...['insert into api_key values (null)', 'update api_key set revoked_at = null', 'delete from api_key'].map(sql => [writer, sql]),
      ...['update operator_act set caller = $$x$$', 'delete from operator_act', 'truncate operator_act'].map(sql => [writer, sql]),
      ...['delete from operator_act_outcome', 'update operator_act_outcome set status = 0'].map(sql => [writer, sql]),
      [reader, 'select from api_key'],
    ];
    for (const [role, sql] of refused) await expect(as(role!, sql!)).rejects.toMatchObject({ code: '42501' });
  });
});
