import { Fault } from '#errors';
import { HOUR_MS } from '#hydrology';
import type { LoadedDomain } from './loaded-domain.js';

/**
 * Refuses a domain without a gauged station for what compares the model with observations.
 * @throws Fault DOMAIN_UNFIT
 */
export function requireGauges({ basin, stations }: LoadedDomain, purpose: string): void {
  if (stations.some(station => station.gauged)) return;
  throw new Fault('DOMAIN_UNFIT', `domain ${basin} has no gauged station, and ${purpose} needs one with its discharge (record.discharge)`, {
    basin,
  });
}

/**
 * Refuses a domain that cannot be forecast: without a gauged station, or with rain coarser than an hour.
 * @throws Fault DOMAIN_UNFIT
 */
export function requireForecastable(domain: LoadedDomain, purpose: string): void {
  requireGauges(domain, purpose);
  const { basin, record } = domain;
  if (record.rainStepMs <= HOUR_MS) return;
  const hours = record.rainStepMs / HOUR_MS;
  throw new Fault(
    'DOMAIN_UNFIT',
    `the rain of domain ${basin} comes in steps of ${hours} h, and ${purpose} needs it at least hourly (record.rain)`,
    { basin },
  );
}
