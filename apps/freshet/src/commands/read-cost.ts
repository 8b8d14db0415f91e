import { Fault } from '#errors';
import type { CostTerm, Efficiency, Transform } from '#learning';

/**
 * Reads a cost: terms with weights, separated by commas. The weights are brought to sum 1.
 * @throws Fault COMMAND_INVALID for a term that does not exist.
 */
export function readCost(text: string): CostTerm[] {
  const terms = text.split(',').map(readTerm);
  const sum = terms.reduce((total, { weight }) => total + weight, 0);
  if (!(sum > 0)) throw new Fault('COMMAND_INVALID', `--cost ${text}: the weights are all 0`);
  return terms.map(term => ({ ...term, weight: term.weight / sum }));
}

function readTerm(text: string): CostTerm {
  const [, name, transform, share = '1'] = /^(nse|nnse|kge|eff|epf)(?:-(sqrt|log))?(?::([\d.]+))?$/.exec(text.trim()) ?? [];
  const weight = Number(share);
  const signature = name === 'eff' || name === 'epf';
  if (name === undefined || !Number.isFinite(weight) || (signature && transform !== undefined)) {
    const known = 'nse, nnse or kge, with -sqrt or -log, or eff or epf, each with a weight as in nse:0.7';
    throw new Fault('COMMAND_INVALID', `--cost ${text} is not ${known}`);
  }
  if (signature) return { signature: name, weight };
  return { efficiency: name as Efficiency, transform: (transform ?? 'keep') as Transform, weight };
}

/** What was minimised, in words, for the parameter file. */
export function objectiveOf(terms: readonly CostTerm[]): string {
  const named = terms.map(term => {
    const name = nameOf(term);
    return terms.length === 1 ? name : `${Number(term.weight.toPrecision(6))}·(${name})`;
  });
  return `${named.join(' + ')}, mean over the gauges`;
}

function nameOf(term: CostTerm): string {
  if ('signature' in term) return `(${term.signature === 'eff' ? 'Eff' : 'Epf'} simulated/observed - 1)² of the flood events`;
  return `1 - ${term.efficiency.toUpperCase()}${term.transform === 'keep' ? '' : ` of ${term.transform}`}`;
}
