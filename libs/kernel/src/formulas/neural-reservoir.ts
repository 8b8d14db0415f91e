import { held, max, min, tanh } from './intrinsics.js';

// Stores whose fluxes a network gives. The published form is h(t) = h(t−1) + Σ ω_i(I, h) ⊙ φ_i(·, I, h), I the forcing. Our reading: φ_i in
// [0, 1] is a network's, ω_i the signed amount that may flow, what is there or the room left; applied one after the other, so that
// 0 ≤ h ≤ 1 holds after each and what leaves one place arrives at another. The φ_i are outputs of one network, evaluated at the start
// of the step.

/** φ = (1 + tanh z)/2, a sigmoid of 2z: where it is flat its derivative is 0, never 0·∞. */
export function share(z: number) {
  return 0.5 + 0.5 * tanh(z);
}

/** Production: rain fills the room, demand takes of what is there, then some of the rest percolates. mm per step. */
export function neuralProduction(pn: number, en: number, hp: number, cp: number, known: number, zps: number, zes: number, zperc: number) {
  const gained = share(zps) * min(pn / cp, 1 - hp);
  const wetted = hp + gained;
  const lost = share(zes) * min(en / cp, wetted);
  const dried = wetted - lost;
  const leak = known * share(zperc) * dried;
  return { hp: dried - leak, pr: excess(pn, cp * gained), es: cp * lost, perc: cp * leak };
}

/** Transfer: some of the supply enters the room of the store, the rest runs off at once; then some of the store follows. */
export function neuralTransfer(pr: number, perc: number, ht: number, ct: number, zin: number, zout: number) {
  const supply = pr + perc;
  const gained = share(zin) * min(supply / ct, 1 - ht);
  const filled = ht + gained;
  const spilt = share(zout) * filled;
  return { ht: filled - spilt, qt: ct * spilt + excess(supply, ct * gained) };
}

/** What is left of a flow. A rounding below 0 is put right, held, so that it costs the adjoint nothing. */
function excess(flow: number, taken: number) {
  const left = flow - taken;
  return left + held(max(0, left) - left);
}
