import { held, max, min, pow, sqrt } from './intrinsics.js';

/** No store falls below this filling, as in the closed forms. */
const STORE_FLOOR = 1e-6;
/** Where a gain takes the slope of the residual away there is no root near: a long step to the full store, no division by zero. */
const SLOPE_FLOOR = 1e-3;
const NO_LOSS = 1e-9;
/** A residual above it is of a store that did not settle; rounding stays far below. */
const UNSETTLED = 1e-5;

/**
 * Production of GR4 as a differential equation (Santos et al. 2018), dhp/dt = [(1 − hp²)pn − hp(2 − hp)en]/cp, over one
 * step of implicit Euler; mm per step. At most one of pn and en is positive and hp(2 − hp) = 1 − (1 − hp)², so either is the
 * depletion d − d′ = s·d′(2 − d′), s = (pn + en)/cp, of the room d = 1 − hp by rain or of the filling d = hp by demand. Its root in
 * [0, d] has a closed form, written without differences of large numbers, so it holds however small the store is.
 */
export function implicitProduction(pn: number, en: number, hp: number, cp: number) {
  const s = (pn + en) / cp;
  const d = pn > 0 ? 1 - hp : hp;
  const left = (2 * d) / (1 + 2 * s + sqrt(1 + 4 * s * (1 - d + s)));
  const share = left * (2 - left);
  const change = pn > 0 ? s * share : -s * share;
  const ps = pn * share;
  return { hp: min(1, max(0, hp + change)), pr: pn - ps, es: en * share };
}

/**
 * Transfer of GR4 as a differential equation (Santos et al. 2018), dht/dt = 0.9pr/ct − ht⁵/4 + (kexc/ct)·ht^3.5, over one
 * step of implicit Euler, with a tenth of pr direct; mm per step. The exchange joins the store and once the discharge, which does
 * not fall below 0. What a full store cannot take runs off.
 */
export function implicitTransfer(pr: number, ht: number, ct: number, kexc: number, known: number) {
  return settledTransfer(pr, ht, ct, (known * kexc) / ct, 0.25);
}

/** The same for dht/dt = 0.9pr/ct − outlet·ht⁵ + gain·ht^3.5. */
export function settledTransfer(pr: number, ht: number, ct: number, gain: number, outlet: number) {
  const inflow = ht + (0.9 * pr) / ct;
  const settled = settle(inflow, gain, outlet);
  const missed = inflow - balanceOf(settled, gain, outlet);
  const spilt = settled < 1 ? (missed > UNSETTLED ? missed : 0) : max(0, missed);
  const l = ct * gain * sevenHalves(settled);
  const slow = ct * (outlet * fifth(settled) + spilt);
  const qt = max(0, slow + 0.1 * pr + l);
  return { ht: settled, qt, exchanged: l + (qt - slow - 0.1 * pr) };
}

/**
 * The filling x in (0, 1] with x + outlet·x⁵ − gain·x^3.5 = inflow, or 1 where it lies above.
 *
 * Newton from an upper bound of the root if gain ≤ 0, so that it falls onto it from above; four steps bring it to 1e-8 for every
 * capacity and coefficient of the register, a fifth to rounding. Only the fifth is differentiated: by the implicit function theorem.
 * Where gain > 0 makes the store run away there is no root below 1 and the iterations end there.
 */
export function settle(inflow: number, gain: number, outlet: number) {
  const start = min(min(1, inflow), pow(inflow / max(NO_LOSS, -gain), 2 / 7));
  const first = newton(newton(max(STORE_FLOOR, start), inflow, gain, outlet), inflow, gain, outlet);
  return newton(held(newton(newton(first, inflow, gain, outlet), inflow, gain, outlet)), inflow, gain, outlet);
}

/** One safeguarded step; the slope is held, since at the root it is no part of the derivative. */
function newton(x: number, inflow: number, gain: number, outlet: number) {
  const slope = 1 + x * x * (5 * outlet * x * x - 3.5 * gain * sqrt(x));
  return min(1, max(STORE_FLOOR, x - (balanceOf(x, gain, outlet) - inflow) / max(SLOPE_FLOOR, held(slope))));
}

/** What has to flow in for the store to end at x. */
function balanceOf(x: number, gain: number, outlet: number) {
  return x + outlet * fifth(x) - gain * sevenHalves(x);
}

function fifth(x: number) {
  return x * x * (x * x) * x;
}

function sevenHalves(x: number) {
  return x * x * x * sqrt(x);
}
