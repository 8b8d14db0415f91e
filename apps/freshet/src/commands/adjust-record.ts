import { adjustmentSettings } from '#apps/forecast';
import type { LoadedDomain } from '#config';
import { estimateAdjustment, type AdjustmentProblem, type RainAdjustment } from '#forcing';
import { epochMs, type RainGrid } from '#hydrology';

/** The record that a hindcast sees. */
export interface SeenRecord {
  readonly domain: LoadedDomain;
  /** With the latencies of domain.yaml, or as if every value came at its stamp. */
  readonly latency: 'domain' | 'none';
  readonly received: readonly RainGrid[];
}

/** The adjustment of a cycle of the past by the recorded rain gauges, as of its cut-off; null where the domain does not adjust. */
export function adjustRecord(
  { domain, latency, received }: SeenRecord,
  span: Pick<AdjustmentProblem, 'from' | 'to' | 'issueTime' | 'asOf'>,
): RainAdjustment | null {
  const { forcing, sources } = domain.settings;
  if (forcing.adjust === undefined) return null;
  const settings = adjustmentSettings(forcing.adjust);
  const from = epochMs(span.from - settings.windowMs - settings.stepMs);
  const heardUntil = epochMs(Math.min(span.issueTime, span.asOf - (latency === 'none' ? 0 : sources.rainGauges.latency)));
  return estimateAdjustment({
    ...{ ...span, settings, radar: received.filter(({ validTime }) => validTime > from && validTime <= span.issueTime) },
    gauges: domain.rainGauges.flatMap(({ id }) => domain.record.rainGauge?.(id, from, heardUntil) ?? []),
    cellOf: new Map(domain.rainGauges.map(({ id, cell }) => [id as string, cell])),
  });
}
