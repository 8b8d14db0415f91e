/* eslint-disable @typescript-eslint/no-deprecated -- dashboards of version 1: every Grafana provisions them from files, version 2 only the newest */
import * as barchart from '@grafana/grafana-foundation-sdk/barchart';
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { GraphDrawStyle, MapLayerOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  QueryVariableBuilder,
  VariableRefresh,
  type Dashboard,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as geomap from '@grafana/grafana-foundation-sdk/geomap';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { DashboardText, PanelText, Query } from './panel.js';

export const POSTGRES = { type: 'grafana-postgresql-datasource', uid: 'freshet-postgres' } as const;
export const PROMETHEUS = { type: 'prometheus', uid: 'freshet-prometheus' } as const;

/** Queries behind the variables at the top. */
export const VARIABLES = {
  run: 'select distinct run_kind from cycle order by 1',
  basin: 'select distinct basin from station order by 1',
  station: 'select name as __text, station as __value from station where basin = ${basin:sqlstring} order by 1',
} as const;

/** The dashboard as Grafana reads it. */
export function buildDashboard(text: DashboardText): Dashboard {
  const builder = new DashboardBuilder(text.title)
    .uid(text.uid)
    .description(text.description)
    .tags(['freshet', 'generated'])
    .timezone('utc')
    .time({ from: 'now-2d', to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly();
  for (const name of ['run', ...text.variables] as const) builder.withVariable(variable(name));
  text.panels.forEach((panel, k) => builder.withPanel(buildPanel(panel, k + 1)));
  return builder.build();
}

const variable = (name: keyof typeof VARIABLES): QueryVariableBuilder =>
  new QueryVariableBuilder(name).datasource(POSTGRES).query(VARIABLES[name]).refresh(VariableRefresh.OnTimeRangeChanged);

function buildPanel(text: PanelText, id: number): Builder<Panel> {
  const sqlOnly = text.queries.every(({ kind }) => kind === 'sql');
  const panel = shapeOf(text)
    .id(id) // links to a panel name it
    .title(text.title)
    .description(text.description)
    .datasource(sqlOnly ? POSTGRES : PROMETHEUS)
    .span(text.width)
    .height(text.height);
  if (text.unit !== undefined) panel.unit(text.unit);
  text.queries.forEach((query, k) => panel.withTarget(target(query, 'ABCDEF'[k]!, text)));
  return panel;
}

function shapeOf({ shape }: PanelText) {
  if (shape === 'table') return new table.PanelBuilder();
  if (shape === 'bar-chart') return new barchart.PanelBuilder();
  if (shape === 'map') return new geomap.PanelBuilder().layers([markers()]);
  const lines = new timeseries.PanelBuilder();
  return shape === 'bars' ? lines.drawStyle(GraphDrawStyle.Bars).fillOpacity(60) : lines.spanNulls(3_600_000);
}

const markers = (): MapLayerOptionsBuilder =>
  new MapLayerOptionsBuilder()
    .type('markers')
    .name('Gauges')
    .tooltip(true)
    .config({ style: { size: { fixed: 9 }, color: { field: 'level', fixed: 'dark-green' }, text: { field: 'name', mode: 'field' } } });

/** The SDK has no builder for SQL queries; this is what Grafana's PostgreSQL source reads. */
interface SqlTarget extends Dataquery {
  readonly refId: string;
  readonly datasource: typeof POSTGRES;
  readonly format: 'time_series' | 'table';
  readonly rawQuery: true;
  readonly editorMode: 'code';
  readonly rawSql: string;
}

function target(query: Query, refId: string, { shape }: PanelText): Builder<Dataquery> {
  if (query.kind === 'promql')
    return new DataqueryBuilder().refId(refId).datasource(PROMETHEUS).expr(query.expr).legendFormat(query.legend);
  const format = shape === 'lines' || shape === 'bars' ? 'time_series' : 'table';
  const built: Omit<SqlTarget, '_implementsDataqueryVariant'> = {
    refId,
    datasource: POSTGRES,
    format,
    rawQuery: true,
    editorMode: 'code',
    rawSql: query.sql,
  };
  return { build: () => built as SqlTarget };
}
