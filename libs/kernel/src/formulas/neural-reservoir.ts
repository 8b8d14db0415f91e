import { held, max, min, pow, sqrt, tanh } from './intrinsics.js';

// Stores whose fluxes a network gives. The published form is h(t) = h(t−1) + Σ ω_i(I, h) ⊙ φ_i(·, I, h), I the forcing. Our reading: φ_i in
// [0, 1] is a network's, ω_i the signed amount that may flow, what is there or the room left; applied one after the other, so that
// 0 ≤ h ≤ 1 holds after each and what leaves one place arrives at another. The φ_i are outputs of one network, evaluated at the start
// of the step. What is relative to a capacity or to an hour goes into the network so: one network then serves every capacity and every step.

/** φ = (1 + tanh z)/2, a sigmoid of 2z: where it is flat its derivative is 0, never 0·∞. */
export function share(z: number) {
  return 0.5 + 0.5 * tanh(z);
}

/** φ = share⁴, for fluxes that take a thousandth of a store in an hour: so a z of order one is enough for them. */
export function slowShare(z: number) {
  const root = share(z);
  const square = root * root;
  return square * square;
}

/** Part of a store that leaves it in a step: dh/dt = −φh/τ solved implicitly, τ = 900 s, so that φ means the same at any step. */
export function releasedShare(z: number, stepSeconds: number) {
  const rate = slowShare(z) * (stepSeconds / 900);
  return rate / (1 + rate);
}

/**
 * What the network sees of net rain: `rain` relative to a tenth of the production store an hour, `supply` to a tenth of the transfer store, both as
 * x/(1 + x) from 0 to 1. ct ~ Δt^(−1/4) (its filling at another step holds the same water), which the last factor undoes.
 */
export function relativeRain(pn: number, cp: number, ct: number, stepSeconds: number) {
  const stepsPerHour = 3600 / stepSeconds;
  const hourly = pn * stepsPerHour;
  const scaled = hourly * sqrt(sqrt(stepsPerHour));
  return { rain: hourly / (hourly + 0.1 * cp), supply: scaled / (scaled + 0.1 * ct) };
}

/** The same with the rain's intensity P_ri, here the gross rain of the step in mm per hour, relative to 20 mm/h. */
export function relativeIntensity(P: number, pn: number, cp: number, ct: number, stepSeconds: number) {
  const { rain, supply } = relativeRain(pn, cp, ct, stepSeconds);
  const pri = P * (3600 / stepSeconds);
  return { rain, supply, intensity: pri / (pri + 20) };
}

/** Production: rain fills the room, demand takes of what is there, then some of the rest percolates. mm per step. */
export function neuralProduction(
  pn: number,
  en: number,
  hp: number,
  cp: number,
  stepSeconds: number,
  known: number,
  zps: number,
  zes: number,
  zperc: number,
) {
  const gained = share(zps) * min(pn / cp, 1 - hp);
  const wetted = hp + gained;
  const lost = share(zes) * min(en / cp, wetted);
  const dried = wetted - lost;
  const leak = known * releasedShare(zperc, stepSeconds) * dried;
  return { hp: dried - leak, pr: excess(pn, cp * gained), es: cp * lost, perc: cp * leak };
}

/**
 * Exchange with what lies below, mm per step, at most 2·kexc: GR4's kexc at a full store is then no limit of the sigmoid. It scales with the step as
 * kexc·ht^3.5 does.
 */
export function neuralExchange(kexc: number, stepSeconds: number, known: number, zl: number) {
  return { l: known * (2 * kexc) * slowShare(zl) * pow(stepSeconds / 3600, 0.875) };
}

/** Transfer: some of the supply enters the store, the rest runs off at once, the exchange joins both as in GR4; then what exceeds the store and some of it follow. */
export function neuralTransfer(
  pr: number,
  perc: number,
  l: number,
  ht: number,
  ct: number,
  stepSeconds: number,
  zin: number,
  zout: number,
) {
  const supply = pr + perc;
  const routed = share(zin) * supply;
  const filled = max(0, ht + (routed + l) / ct);
  const within = min(1, filled);
  const spilt = releasedShare(zout, stepSeconds) * within;
  const qd = max(0, supply - routed + l);
  return { ht: within - spilt, qt: ct * (filled - within + spilt) + qd, exchanged: ct * (filled - ht) + qd - supply };
}

/** What is left of a flow. A rounding below 0 is put right, held, so that it costs the adjoint nothing. */
function excess(flow: number, taken: number) {
  const left = flow - taken;
  return left + held(max(0, left) - left);
}
