import { implicitProduction, settledTransfer } from './implicit-euler.js';
import { tanh } from './intrinsics.js';

// GR4 as differential equations with a network inside their right-hand side (Huynh et al. 2026, a universal differential equation): each
// flux times 1 + f, f = tanh z of an output z of the network. The network is evaluated at the start of the step and its outputs stay what
// they are in the residual of the implicit step, as in SMASH: the solution is that of the equations with these factors.

/** Rain times 1 + f_p and demand times 1 + f_e; what the factor adds to the rain is `added`, mm per step. */
export function correctedImplicitProduction(pn: number, en: number, hp: number, cp: number, zp: number, ze: number) {
  const rain = (1 + tanh(zp)) * pn;
  const demand = (1 + tanh(ze)) * en;
  const { hp: filled, pr, es } = implicitProduction(rain, demand, hp, cp);
  return { hp: filled, pr, es, added: rain - pn };
}

/** Exchange times 1 + f_l, outflow of the store times 1 + f_t. `exchanged` includes what the factor of the rain added. */
export function correctedImplicitTransfer(
  pr: number,
  added: number,
  ht: number,
  ct: number,
  kexc: number,
  known: number,
  zl: number,
  zt: number,
) {
  const gain = ((1 + tanh(zl)) * (known * kexc)) / ct;
  const { ht: filled, qt, exchanged } = settledTransfer(pr, ht, ct, gain, 0.25 * (1 + tanh(zt)));
  return { ht: filled, qt, exchanged: exchanged + added };
}
