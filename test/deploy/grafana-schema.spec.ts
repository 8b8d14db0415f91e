import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { Ajv, type ErrorObject } from 'ajv';
import { parse } from 'yaml';
import { METRICS } from '#runtime';

// The schema is generated (test/README.md says how) and committed: 38 kB stand for 40 MB of packages that make it.
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDER = join(ROOT, 'deploy/grafana/dashboards');
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

interface Target {
  readonly expr?: string;
  readonly datasource?: { readonly uid: string };
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly Target[];
  readonly panels?: readonly Panel[];
  readonly gridPos: { h: number; w: number; x: number; y: number };
}
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
}

const dashboards = readdirSync(FOLDER).map(name => ({ name, dashboard: read(join(FOLDER, name)) as Dashboard }));
const panelsOf = ({ panels }: { readonly panels?: readonly Panel[] }): Panel[] =>
  (panels ?? []).flatMap(panel => [panel, ...panelsOf(panel)]);
const panels = dashboards.flatMap(({ name, dashboard }) => panelsOf(dashboard).map(panel => ({ name, panel })));
const validate = new Ajv({ strict: false, allErrors: true }).compile(
  read(join(ROOT, 'test/deploy/grafana-dashboard.schema.json')) as object,
);
const complaints = (dashboard: unknown): string[] =>
  validate(dashboard) ? [] : (validate.errors as ErrorObject[]).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);

describe('the dashboards as files', () => {
  it('hold Grafana’s schema, which refuses what is wrong', () => {
    expect(dashboards).toHaveLength(6);
    for (const { name, dashboard } of dashboards) expect([name, complaints(dashboard)]).toEqual([name, []]);
    const broken = structuredClone(dashboards[0]!.dashboard);
    Object.assign(broken.panels.find(panel => 'gridPos' in panel)!.gridPos, { w: 'wide' });
    expect(complaints(broken).join()).toContain('gridPos/w must be number');
    expect(complaints({ ...dashboards[0]!.dashboard, editable: 'yes' }).join()).toContain('editable');
  });

  it('have an uid each, and panels an id each', () => {
    const uids = dashboards.map(({ dashboard }) => dashboard.uid);
    expect(new Set(uids).size).toBe(uids.length);
    for (const { dashboard } of dashboards) {
      const ids = panelsOf(dashboard).map(({ id }) => id);
      expect(ids.every(id => Number.isInteger(id) && id > 0)).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it('ask data sources that are provisioned', () => {
    const file = readFileSync(join(ROOT, 'deploy/grafana/provisioning/datasources/freshet.yaml'), 'utf8');
    const known = (parse(file) as { datasources: readonly { uid: string }[] }).datasources.map(({ uid }) => uid);
    const asked = panels.flatMap(({ panel }) => [panel.datasource, ...(panel.targets ?? []).map(target => target.datasource)]);
    const uids = asked.flatMap(source => (source === undefined ? [] : [source.uid]));
    expect(uids.length).toBeGreaterThan(panels.length / 2);
    expect(uids.filter(uid => !known.includes(uid))).toEqual([]);
  });

  it('ask Prometheus in its language, for metrics that there are', () => {
    const asked = panels.flatMap(({ name, panel }) =>
      (panel.targets ?? []).flatMap(({ expr }) => (expr === undefined ? [] : [{ where: `${name}: ${panel.title}`, expr }])),
    );
    expect(asked.length).toBeGreaterThan(5);
    const mistakes = asked.filter(({ expr }) => !isPromql(expr)).map(({ where }) => where);
    expect(mistakes).toEqual([]);
    expect(isPromql('sum(rate(x[5m])')).toBe(false);
    const unknown = asked.flatMap(({ expr }) => expr.match(/\bfreshet_\w+/g) ?? []).filter(name => !(name in METRICS));
    expect(unknown).toEqual([]);
  });
});

/** Whether it parses once Grafana has put in its variables. */
function isPromql(expr: string): boolean {
  const expanded = expr.replaceAll(/\$__(rate_)?interval/g, '5m').replaceAll(/\$\{?\w+(:\w+)?\}?/g, 'x');
  let whole = true;
  parser.parse(expanded).iterate({
    enter: node => {
      if (node.type.isError) whole = false;
    },
  });
  return whole;
}
