import { exp } from './intrinsics.js';

/**
 * Linear reservoir of a reach: the inflow, as depth over the area upstream, decays with the lag llr in minutes.
 * `upstreamArea` is that area without the cell itself, m².
 */
export function linearReservoir(runoff: number, qup: number, hlr: number, llr: number, upstreamArea: number, stepSeconds: number) {
  const dischargePerDepth = (0.001 * upstreamArea) / stepSeconds;
  const filled = hlr + qup / dischargePerDepth;
  const kept = filled * exp(-stepSeconds / (60 * llr));
  return { hlr: kept, Q: runoff + (filled - kept) * dischargePerDepth };
}

/** A headwater has no reach above it. */
export function linearReservoirHead(runoff: number, hlr: number) {
  return { hlr, Q: runoff };
}
