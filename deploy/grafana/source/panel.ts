/** One query of a panel and the columns it must give: a panel shows what its columns mean, and nothing when they are missing. */
export type Query =
  | { readonly kind: 'sql'; readonly sql: string; readonly columns: readonly string[] }
  | { readonly kind: 'promql'; readonly expr: string; readonly legend: string };

export interface PanelText {
  readonly title: string;
  /** One sentence for whoever looks at it the first time. */
  readonly description: string;
  readonly shape: 'lines' | 'bars' | 'table' | 'map' | 'bar-chart';
  /** As Grafana names units; left out where a table says it in its columns. */
  readonly unit?: string;
  /** Of 24. */
  readonly width: number;
  readonly height: number;
  readonly queries: readonly Query[];
}

export interface DashboardText {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Variables beside the kind of run, which every dashboard has. */
  readonly variables: readonly ('basin' | 'station')[];
  readonly panels: readonly PanelText[];
}

export const sql = (columns: readonly string[], text: string): Query => ({
  kind: 'sql',
  columns,
  sql: text.trim().replace(/\n\s+/g, '\n'),
});
export const promql = (legend: string, expr: string): Query => ({ kind: 'promql', legend, expr });

/** Names as they stand in the queries; `now` is the end of the time shown, so that an exercise of 2014 has a present too. */
export const RUN = '${run:sqlstring}';
export const BASIN = '${basin:sqlstring}';
export const STATION = '${station:sqlstring}';
export const NOW = '$__timeTo()::timestamptz';
export const SINCE = '$__timeFrom()::timestamptz';
