import { exchange, thresholdExchange } from './formulas/exchange.js';
import { correctedExchange, correctedProduction, correctedThresholdExchange, correctedTransfer } from './formulas/flux-correction.js';
import { correctedExponentialTransfer, correctedLoieauTransfer, correctedTwinTransfer } from './formulas/flux-correction.js';
import { correctedLoieauProduction, correctedTightProduction } from './formulas/flux-correction.js';
import { correctedHbvResponse, correctedHbvSoil } from './formulas/hbv-correction.js';
import { hbvResponse } from './formulas/hbv-response.js';
import { hbvSoil } from './formulas/hbv-soil.js';
import { correctedImplicitProduction, correctedImplicitTransfer } from './formulas/universal-equation.js';
import { implicitProduction, implicitTransfer } from './formulas/implicit-euler.js';
import { loieauProduction, production, tightProduction } from './formulas/production.js';
import { exponentialTransfer, loieauTransfer, transfer, twinTransfer } from './formulas/transfer.js';
import type { Formula, Structure } from './structure.js';

/** The operators that a correction replaces, and what they then take of the network beside what they took before. */
const CORRECTED: readonly (readonly [plain: Formula, corrected: Formula, takes: readonly string[]])[] = [
  [production, correctedProduction, ['zps', 'zes']],
  [tightProduction, correctedTightProduction, ['zps', 'zes']],
  [loieauProduction, correctedLoieauProduction, ['zps', 'zes']],
  [exchange, correctedExchange, ['zl']],
  [thresholdExchange, correctedThresholdExchange, ['zl']],
  [transfer, correctedTransfer, ['zc']],
  [exponentialTransfer, correctedExponentialTransfer, ['zc', 'zc2']],
  [twinTransfer, correctedTwinTransfer, ['zc', 'zc2']],
  [loieauTransfer, correctedLoieauTransfer, ['zc']],
  [implicitProduction, correctedImplicitProduction, ['zp', 'ze']],
  [implicitTransfer, correctedImplicitTransfer, ['zl', 'zt']],
  [hbvSoil, correctedHbvSoil, ['zps', 'zes']],
  [hbvResponse, correctedHbvResponse, ['zc', 'zperc']],
];

/** SMASH's order of the outputs, so that its weights fit. */
const ORDER = ['zps', 'zes', 'zp', 'ze', 'zc', 'zc2', 'zl', 'zt', 'zperc'];

/**
 * A structure with a network that corrects its fluxes (Huynh et al. 2025, φ1). The network sees `inputs`, after the interception; every
 * operator that has a corrected form gets it. The network gives real numbers z, of which the formulas make f = tanh z.
 */
export function correctFluxes(structure: Structure, inputs: readonly string[]): Structure {
  const taken = new Set<string>();
  const slots = Object.entries(structure.slots).map(([slot, plain]) => {
    const found = CORRECTED.find(([formula]) => formula === plain);
    for (const name of found?.[2] ?? []) taken.add(name);
    return [slot, found?.[1] ?? plain];
  });
  return {
    ...structure,
    title: `${structure.title}; its fluxes corrected by a network`,
    source: `${structure.source}; Huynh et al. 2025`,
    slots: Object.fromEntries(slots) as Structure['slots'],
    network: { inputs, outputs: ORDER.filter(name => taken.has(name)) },
  };
}
