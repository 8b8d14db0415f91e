import { grReservoirs, reservoirLimits, type IntensityLaw, type ReservoirFluxes, type ReservoirStep } from '#kernel';

/** In the order of the network's outputs: the flux it gives, and whether as share, share⁴, or what a store releases (neural-reservoir.ts). */
export const OUTPUT_FLUXES = ['ps', 'es', 'perc', 'l', 'routed', 'qr'] as const;
export const KINDS = ['share', 'share', 'released', 'slow', 'share', 'released'] as const;
/** τ of what a store releases. */
export const RELEASE_SECONDS = 900;

export interface Targets {
  readonly limits: Float32Array;
  readonly roots: Float32Array;
  readonly values: Float32Array;
  readonly known: Float32Array;
}

/** Of each sample and output: ω, the share φ that gives the laws' flux with its fourth root where it is slow, and φ as the structure applies it. */
export function targetsOf(steps: readonly ReservoirStep[], law?: IntensityLaw): Targets {
  const size = steps.length * KINDS.length;
  const targets = {
    limits: new Float32Array(size),
    roots: new Float32Array(size),
    values: new Float32Array(size),
    known: new Float32Array(size),
  };
  steps.forEach((step, s) => {
    const fluxes = grReservoirs(step, law);
    reservoirLimits(step, fluxes).forEach((limit, k) => {
      if (Math.abs(limit) < 1e-9) return;
      const at = s * KINDS.length + k;
      const value = shareOf(step, fluxes, { limit, k });
      targets.limits[at] = limit;
      targets.known[at] = 1;
      targets.values[at] = value;
      targets.roots[at] = rootOf(value, k, step.stepSeconds);
    });
  });
  return targets;
}

/** Of qr what exceeds the store runs off without the network. */
function shareOf(step: ReservoirStep, fluxes: ReservoirFluxes, { limit, k }: { limit: number; k: number }): number {
  const flux = fluxes[OUTPUT_FLUXES[k]!];
  if (OUTPUT_FLUXES[k] !== 'qr') return flux / limit;
  const filled = step.ct * step.ht + fluxes.routed + fluxes.l;
  return (flux - Math.max(0, filled - limit)) / limit;
}

function rootOf(value: number, k: number, stepSeconds: number): number {
  if (KINDS[k] === 'share') return value;
  if (KINDS[k] === 'slow') return Math.sqrt(Math.sqrt(value));
  return Math.sqrt(Math.sqrt(((value / (1 - value)) * RELEASE_SECONDS) / stepSeconds));
}

/** Standard deviation of each output over the samples. */
export function spreads(values: Float32Array): number[] {
  return KINDS.map((_, k) => {
    const own = Array.from({ length: values.length / KINDS.length }, (_, s) => values[s * KINDS.length + k]!);
    const average = own.reduce((sum, value) => sum + value, 0) / own.length;
    return Math.sqrt(own.reduce((sum, value) => sum + (value - average) ** 2, 0) / own.length);
  });
}

/** Mean φ of each output over the samples that tell it. */
export function meanRoot({ roots, known }: Targets, k: number): number {
  const own = Array.from({ length: roots.length / KINDS.length }, (_, s) => s * KINDS.length + k).filter(at => known[at] === 1);
  return own.reduce((sum, at) => sum + roots[at]!, 0) / own.length;
}
