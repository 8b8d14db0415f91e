import { Fault } from '#errors';
import { HOUR_MS } from '#hydrology';
import type { LoadedDomain } from './loaded-domain.js';

/**
 * Refuses a domain that lives on its feeds alone for what reads a past period.
 * @throws Fault DOMAIN_UNFIT
 */
export function requireRecord({ basin, record }: LoadedDomain, purpose: string): void {
  if (record.rainStepMs !== null) return;
  throw new Fault('DOMAIN_UNFIT', `domain ${basin} has no record of rain, and ${purpose} needs one (record.rain of domain.yaml)`, {
    basin,
  });
}

/**
 * Refuses a domain without a record or without a gauged station for what compares the model with past observations.
 * @throws Fault DOMAIN_UNFIT
 */
export function requireGauges(domain: LoadedDomain, purpose: string): void {
  requireRecord(domain, purpose);
  requireGaugedStation(domain, `${purpose} needs one with its discharge (record.discharge)`);
}

/**
 * Refuses a domain that cannot be forecast: without a gauged station, or with rain coarser than an hour. One that has no record can be.
 * @throws Fault DOMAIN_UNFIT
 */
export function requireForecastable(domain: LoadedDomain, purpose: string): void {
  requireGaugedStation(domain, `${purpose} needs one`);
  const { basin, record } = domain;
  if (record.rainStepMs === null || record.rainStepMs <= HOUR_MS) return;
  const hours = record.rainStepMs / HOUR_MS;
  throw new Fault(
    'DOMAIN_UNFIT',
    `the rain of domain ${basin} comes in steps of ${hours} h, and ${purpose} needs it at least hourly (record.rain)`,
    { basin },
  );
}

function requireGaugedStation({ basin, stations }: LoadedDomain, need: string): void {
  if (stations.some(station => station.gauged)) return;
  throw new Fault('DOMAIN_UNFIT', `domain ${basin} has no gauged station, and ${need}`, { basin });
}
