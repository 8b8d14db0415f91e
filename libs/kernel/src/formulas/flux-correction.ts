import { exchange, thresholdExchange } from './exchange.js';
import { abs, max, min, tanh } from './intrinsics.js';
import { percolate, relativeGain } from './production.js';
import { powerAndExponential, scaledBranches, twoBranches, twoPowerStores } from './transfer.js';

// Corrections of fluxes by a network inside the step (Huynh et al. 2025, hybrid GR): of each of its outputs z a formula makes f = tanh z
// in (−1, 1). With z = 0 every formula here gives the bits of the one it corrects.

/** ps and es of the production store times 1 + f. */
export function correctedProduction(
  pn: number,
  en: number,
  hp: number,
  cp: number,
  stepSeconds: number,
  known: number,
  zps: number,
  zes: number,
) {
  return percolate(correctedGain(pn, en, hp, cp, zps, zes), pn, hp, cp, stepSeconds, known);
}

/** The same for a store from which nothing percolates. */
export function correctedTightProduction(pn: number, en: number, hp: number, cp: number, zps: number, zes: number) {
  const change = correctedGain(pn, en, hp, cp, zps, zes);
  const gain = max(0, change);
  return { hp: hp + change, pr: pn - cp * gain, es: cp * (gain - change) };
}

/** The production store of Loieau: GR4's under its own names. */
export function correctedLoieauProduction(
  pn: number,
  en: number,
  ha: number,
  ca: number,
  stepSeconds: number,
  known: number,
  zps: number,
  zes: number,
) {
  const { hp, pr, perc, es } = correctedProduction(pn, en, ha, ca, stepSeconds, known, zps, zes);
  return { ha: hp, pr, perc, es };
}

/**
 * (ps − es)/cp with ps and es times 1 + f, never more than there is (pn, en) nor than the store takes or holds. The last is ours: twice
 * ps may be more than the room. The limit is at least the plain flux, so that rounding does not count as an excess.
 */
export function correctedGain(pn: number, en: number, hp: number, cp: number, zps: number, zes: number) {
  const plain = relativeGain(pn, en, hp, cp);
  const offered = (pn - en) / cp;
  const factor = 1 + tanh(offered > 0 ? zps : zes);
  const room = offered > 0 ? 1 - hp : hp;
  const limit = max(abs(plain), min(abs(offered), room));
  return max(-limit, min(limit, factor * plain));
}

/** l times 1 + f. */
export function correctedExchange(ht: number, kexc: number, known: number, zl: number) {
  const { l } = exchange(ht, kexc, known);
  return { l: (1 + tanh(zl)) * l };
}

export function correctedThresholdExchange(ht: number, kexc: number, aexc: number, known: number, zl: number) {
  const { l } = thresholdExchange(ht, kexc, aexc, known);
  return { l: (1 + tanh(zl)) * l };
}

/** f² of the water that the power store would get passes it: the share 0.9 falls to 0.9(1 − f²). */
export function correctedTransfer(pr: number, perc: number, l: number, ht: number, ct: number, zc: number) {
  const supply = pr + perc;
  const f = tanh(zc);
  const passed = f * f;
  return twoBranches(0.9 * (1 - passed) * supply, (0.1 + 0.9 * passed) * supply, l, ht, ct, supply);
}

/** The three branches of GR6: f² of the slow share passes both stores, f2 tilts what is left of it towards the exponential one. */
export function correctedExponentialTransfer(
  pr: number,
  perc: number,
  l: number,
  ht: number,
  ct: number,
  he: number,
  be: number,
  zc: number,
  zc2: number,
) {
  const supply = pr + perc;
  const { first, second, direct } = threeShares(zc, zc2);
  return powerAndExponential(first * supply, second * supply, direct * supply, l, ht, ct, he, be);
}

/** The three branches of GRC with the same shares. */
export function correctedTwinTransfer(pr: number, l: number, ht: number, ct: number, hl: number, cl: number, zc: number, zc2: number) {
  const { first, second, direct } = threeShares(zc, zc2);
  return twoPowerStores(first * pr, second * pr, direct * pr, l, ht, ct, hl, cl, pr);
}

/** 0.9(1 − f²)(0.6 − 0.4·f2) to the first store, 0.9(1 − f²)(0.4 + 0.4·f2) to the second, 0.1 + 0.9f² direct. */
export function threeShares(zc: number, zc2: number) {
  const f = tanh(zc);
  const passed = f * f;
  const tilt = 0.36 * tanh(zc2);
  return { first: (1 - passed) * (0.54 - tilt), second: (1 - passed) * (0.36 + tilt), direct: 0.1 + 0.9 * passed };
}

/** The two branches of Loieau. */
export function correctedLoieauTransfer(pr: number, perc: number, hc: number, cc: number, kb: number, zc: number) {
  const supply = pr + perc;
  const f = tanh(zc);
  const passed = f * f;
  return scaledBranches(0.9 * (1 - passed) * supply, (0.1 + 0.9 * passed) * supply, hc, cc, kb);
}
