import { exchange } from './formulas/exchange.js';
import { exp, max, min, tanh } from './formulas/intrinsics.js';
import { neuralExchange, neuralProduction, neuralTransfer, relativeIntensity, share } from './formulas/neural-reservoir.js';
import { overflow } from './formulas/power-store.js';
import { percolationScale, wetting } from './formulas/production.js';

/** What the two stores of a cell hold and get in one step. Depths in mm per step, fillings relative to the capacities. */
export interface ReservoirStep {
  /** After interception; at most one of them is positive. */
  readonly pn: number;
  readonly en: number;
  /** Rainfall intensity P_ri, mm/h. */
  readonly pri: number;
  readonly hp: number;
  readonly ht: number;
  readonly cp: number;
  readonly ct: number;
  readonly kexc: number;
  readonly stepSeconds: number;
}

/** mm per step: into and out of the production store, exchange, what the transfer store gets and releases, what passes it. */
export interface ReservoirFluxes {
  readonly ps: number;
  readonly es: number;
  readonly perc: number;
  readonly l: number;
  readonly routed: number;
  readonly qr: number;
  readonly qt: number;
}

/** How rain intensity acts in GR-RI (Astagneau et al. 2022), both in h/mm; 0 is GR4. */
export interface IntensityLaw {
  /** The share exp(−alpha1·P_ri) of net rain meets the production store. */
  readonly alpha1: number;
  /** The share 0.1 + 0.9·tanh(alpha2·P_ri)² of what leaves it passes the transfer store. */
  readonly alpha2: number;
}

const STORE_FLOOR = 1e-6;

/** The fluxes of GR4 (Perrin et al. 2003), or with an intensity law those of GR-RI with P_ri in the place of net rain. */
export function grReservoirs(step: ReservoirStep, { alpha1, alpha2 }: IntensityLaw = { alpha1: 0, alpha2: 0 }): ReservoirFluxes {
  const { pn, en, pri, hp, ht, cp, ct, kexc, stepSeconds } = step;
  const { wetted, ps, es } = wetting(pn * exp(-alpha1 * pri), en, hp, cp);
  const perc = cp * wetted * overflow(wetted / percolationScale(stepSeconds));
  const { l } = exchange(ht, kexc, 1);
  const intense = tanh(alpha2 * pri);
  const supply = pn - ps + perc;
  const routed = (0.9 - 0.9 * intense * intense) * supply;
  const filled = max(STORE_FLOOR, ht + (routed + l) / ct);
  const qr = ct * filled * overflow(filled);
  return { ps, es, perc, l, routed, qr, qt: qr + max(0, supply - routed + l) };
}

/** The fluxes of neural reservoirs, `z` the outputs of their network. */
export function neuralReservoirs(step: ReservoirStep, z: ArrayLike<number>): ReservoirFluxes {
  const { pn, en, hp, ht, cp, ct, kexc, stepSeconds } = step;
  const { pr, es, perc } = neuralProduction(pn, en, hp, cp, stepSeconds, 1, z[0]!, z[1]!, z[2]!);
  const { l } = neuralExchange(kexc, stepSeconds, 1, z[3]!);
  const { qt } = neuralTransfer(pr, perc, l, ht, ct, stepSeconds, z[4]!, z[5]!);
  const routed = share(z[4]!) * (pr + perc);
  return { ps: pn - pr, es, perc, l, routed, qr: qt - max(0, pr + perc - routed + l), qt };
}

/** What the network of neural reservoirs sees of a step, by the names of its inputs. */
export function reservoirInputs(step: ReservoirStep): Readonly<Record<string, number>> {
  const { pn, en, pri, hp, ht, cp, ct, stepSeconds } = step;
  const relative = relativeIntensity((pri * stepSeconds) / 3600, pn, cp, ct, stepSeconds);
  return { hp, ht, en, ...relative };
}

/** The most that a flux could be, with what the laws make of the step before it: ω of each φ, in the order of the network's outputs. */
export function reservoirLimits(step: ReservoirStep, { ps, es, perc, l, routed }: ReservoirFluxes): readonly number[] {
  const { pn, en, hp, ht, cp, ct, kexc } = step;
  const filled = max(0, ht + (routed + l) / ct);
  return [min(pn, cp * (1 - hp)), min(en, cp * hp), cp * hp + ps - es, 2 * kexc, pn - ps + perc, ct * min(1, filled)];
}
