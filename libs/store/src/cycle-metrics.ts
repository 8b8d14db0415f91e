import { toIso } from '#hydrology';
import type { Queryable } from './connect.js';
import type { CycleKey } from './cycles.js';

/** Numbers about a cycle by name, such as `compute_ms`; docs/reference/metrics.md lists them. */
export type CycleMetrics = Readonly<Record<string, number>>;

/** Keeps the numbers of a cycle; the first time counts. */
export async function writeCycleMetrics(db: Queryable, { basin, issueTime, runKind }: CycleKey, metrics: CycleMetrics): Promise<void> {
  await db.query(
    `insert into cycle_metric (basin, issue_time, run_kind, name, value)
     select $1, $2, $3, * from unnest($4::text[], $5::float8[]) on conflict do nothing`,
    [basin, toIso(issueTime), runKind, Object.keys(metrics), Object.values(metrics)],
  );
}
