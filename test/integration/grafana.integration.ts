import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { epochMs, parseIso, toIso } from '#hydrology';
import { METRICS } from '#runtime';
import { connect, grantDatabaseRoles, inTransaction, keepHouse, type Pool } from '#store';
import { POSTGRES, PROMETHEUS, VARIABLES, buildDashboard } from '../../deploy/grafana/source/build-dashboard.js';
import { DASHBOARDS, generatedFiles } from '../../deploy/grafana/source/dashboards.js';
import type { Query } from '../../deploy/grafana/source/panel.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { ROOT } from '../stack/prepare.js';
import { startWhole } from '../setup/start-whole.js';

const GRAFANA = join(ROOT, 'deploy/grafana');
const DOMAIN = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const [FROM, TO] = [parseIso('2014-11-03T12:00Z'), parseIso('2014-11-04T12:00Z')];
const SHOWN = { from: toIso(FROM), to: toIso(epochMs(TO + 240_000)), run: 'replay', basin: 'cance', station: 'V3524010' };
const MOST_MS = 200;

/** What Grafana does to a query before it sends it. */
function expand(sql: string): string {
  return sql
    .replaceAll(/\$__timeFilter\(([^()]+)\)/g, `$1 between '${SHOWN.from}' and '${SHOWN.to}'`)
    .replaceAll('$__timeFrom()', `'${SHOWN.from}'`)
    .replaceAll('$__timeTo()', `'${SHOWN.to}'`)
    .replaceAll(/\$\{(run|basin|station):sqlstring\}/g, (_all, name: 'run' | 'basin' | 'station') => `'${SHOWN[name]}'`);
}

const panels = DASHBOARDS.flatMap(({ uid, panels: all }) => all.map(panel => ({ uid, panel })));
const queriesOf = <K extends Query['kind']>(kind: K) =>
  panels.flatMap(({ uid, panel }) =>
    panel.queries
      .filter((query): query is Extract<Query, { kind: K }> => query.kind === kind)
      .map(query => ({ name: `${uid}: ${panel.title}`, panel, query })),
  );

describe('Grafana', () => {
  let database: TestDatabase;
  let reader: Pool;
  beforeAll(async () => {
    database = await openTestDatabase();
    const freshet = await startWhole({
      domainFolders: [DOMAIN],
      sql: database.url,
      mode: {
        ...{ kind: 'replay', from: FROM, to: TO, speed: 'max', rain: 'persistence', earlier: 'refuse' },
        // a degraded hour and a late gauge, so that those panels have something to show
        disturbances: [
          { input: 'rain', from: parseIso('2014-11-04T05:00Z'), to: parseIso('2014-11-04T06:00Z'), delayMs: null },
          { input: 'V3515010', from: parseIso('2014-11-04T03:00Z'), to: parseIso('2014-11-04T05:00Z'), delayMs: 7_200_000 },
        ],
      },
    });
    await freshet.finished;
    await freshet.stop();
    await database.pool.query(
      `insert into reject (basin, source, received_at, code, message) values ('cance', 'gauges', '2014-11-04T03:00Z', 'GAUGE_OUT_OF_RANGE', 'Q is -5 m³/s')`,
    );
    await keepHouse(database.pool, TO);
    await inTransaction(database.pool, grantDatabaseRoles);
    await database.pool.query(`create role grafana_login login password 'secret' in role freshet_reader`);
    reader = connect(database.url.replace(/\/\/[^@]*@/, '//grafana_login:secret@'), { maxConnections: 1 });
  }, 180_000);
  afterAll(async () => {
    await reader.end();
    await database.pool.query('drop role grafana_login');
    await database.close();
  });

  it.each(queriesOf('sql'))('answers $name', async ({ panel, query }) => {
    const sql = expand(query.sql);
    expect(sql).not.toMatch(/\$[_{]/); // no macro left that this test does not know
    await reader.query(sql); // Grafana asks again and again: the plan and the pages are warm
    const began = performance.now();
    const { rows, fields } = await reader.query<Record<string, unknown>>({ text: sql });
    const tookMs = performance.now() - began;
    expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining([...query.columns]));
    expect(rows.length).toBeGreaterThan(0);
    for (const column of query.columns.filter(name => name !== 'acknowledged_by'))
      expect(rows.some(row => row[column] !== null)).toBe(true);
    if (panel.shape === 'lines' || panel.shape === 'bars') {
      const times = rows.map(row => row['time'] as number);
      expect(Math.max(...times)).toBeGreaterThan(FROM);
    }
    expect(tookMs).toBeLessThan(MOST_MS);
  });

  it.each(Object.entries(VARIABLES))('offers values of the variable %s', async (name, sql) => {
    const { rows } = await reader.query<Record<string, string>>(expand(sql));
    const values = rows.map(row => row['__value'] ?? Object.values(row)[0]);
    expect(values).toContain(SHOWN[name as keyof typeof VARIABLES]);
  });

  it.each(queriesOf('promql'))('asks Prometheus in its language for metrics there are: $name', ({ query }) => {
    const expr = query.expr.replaceAll('$__rate_interval', '1m');
    const cursor = parser.parse(expr).cursor();
    do expect(cursor.type.isError).toBe(false);
    while (cursor.next());
    for (const name of expr.match(/freshet_\w+/g) ?? []) expect(Object.keys(METRICS)).toContain(name);
  });

  it('has its files as the code writes them (npm run grafana)', () => {
    const files = generatedFiles();
    for (const [path, text] of files) expect(readFileSync(join(GRAFANA, path), 'utf8')).toBe(text);
    expect(
      readdirSync(join(GRAFANA, 'dashboards'))
        .map(name => `dashboards/${name}`)
        .sort(),
    ).toEqual([...files.keys()].sort());
  });

  it('names data sources that are provisioned, and panels once', () => {
    const { datasources } = parse(readFileSync(join(GRAFANA, 'provisioning/datasources/freshet.yaml'), 'utf8')) as {
      readonly datasources: readonly { readonly uid: string; readonly type: string }[];
    };
    expect(datasources.map(({ uid, type }) => ({ uid, type }))).toEqual(expect.arrayContaining([POSTGRES, PROMETHEUS]));
    expect(new Set(DASHBOARDS.map(({ uid }) => uid)).size).toBe(DASHBOARDS.length);
    for (const text of DASHBOARDS) {
      const { panels: built = [] } = buildDashboard(text);
      expect(new Set(text.panels.map(({ title }) => title)).size).toBe(text.panels.length);
      expect(built.map(each => 'gridPos' in each && each.gridPos.x + each.gridPos.w <= 24)).toEqual(built.map(() => true));
    }
  });

  it('has alert rules whose queries the database answers', async () => {
    const { groups } = parse(readFileSync(join(GRAFANA, 'provisioning/alerting/freshet.yaml'), 'utf8')) as {
      readonly groups: readonly {
        readonly rules: readonly { readonly data: readonly { readonly model: { readonly rawSql: string } }[] }[];
      }[];
    };
    for (const { model } of groups.flatMap(group => group.rules).flatMap(rule => rule.data)) {
      const { fields } = await reader.query(model.rawSql.replace(`'scheduled'`, `'replay'`));
      expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['station', 'value']));
    }
  });
});
