import { L_CURVE_WEIGHTS, type CalibrationSettings } from '#learning';
import { Fault } from '#errors';
import type { CalibrationPlan } from './prepare-calibration.js';

/** A way to calibrate, with the choices that go with it. */
export interface LearningMethod {
  readonly plan: Partial<CalibrationPlan>;
  readonly settings: Partial<CalibrationSettings>;
  /** Starts from random weights: the seed matters. */
  readonly random: boolean;
  /** Its network is trained on the GR laws first; the seed is that of the pretraining. */
  readonly pretrained?: 'neural_stores' | 'neural_stores_ri';
}

const HIDDEN = [16];

/** Weights, lengths and sizes are those that did best from one side of 2014-10-12 to the other (test/bench/README.md). */
export const LEARNING_METHODS: Readonly<Record<string, LearningMethod>> = {
  uniform: { plan: {}, settings: {}, random: false },
  distributed: { plan: { mapping: 'distributed' }, settings: { priorWeight: 2e-4, iterations: 150 }, random: false },
  multilinear: { plan: { mapping: 'multilinear' }, settings: { priorWeight: 2e-4, iterations: 150 }, random: false },
  multipower: { plan: { mapping: 'multipower' }, settings: { priorWeight: 2e-4, iterations: 150 }, random: false },
  ann: { plan: { mapping: 'ann' }, settings: { priorWeight: 2e-4, iterations: 150 }, random: true },
  'grnn-u': { plan: { structure: 'gr4_mlp', hidden: HIDDEN }, settings: { networkWeight: 1e-2, iterations: 60 }, random: true },
  'grnn-d': {
    plan: { structure: 'gr4_mlp', hidden: HIDDEN, mapping: 'distributed' },
    settings: { priorWeight: 2e-4, networkWeight: 2e-3, iterations: 150 },
    random: true,
  },
  double: {
    plan: { structure: 'gr4_mlp', hidden: HIDDEN, mapping: 'ann' },
    settings: { priorWeight: 2e-4, networkWeight: 2e-3, iterations: 150 },
    random: true,
  },
  'neural-stores': {
    plan: { structure: 'neural_stores', hidden: HIDDEN },
    settings: { networkWeight: 1e-2, iterations: 60 },
    random: true,
    pretrained: 'neural_stores',
  },
  ude: { plan: { structure: 'gr4_ude', hidden: HIDDEN }, settings: { networkWeight: 2e-3, iterations: 60 }, random: true },
};

/** What may follow the name of a method, after a colon. */
export const METHOD_CHANGES: Readonly<Record<string, Partial<CalibrationSettings>>> = {
  /** Initial stores stay at their defaults, as the peer's do. */
  cold: { stores: false },
  /** The weight of the background term is chosen on the fitted period. */
  'l-curve': { lCurve: L_CURVE_WEIGHTS },
};

/**
 * A method by its name, changed by what follows: `ann`, `ann:cold`, `distributed:l-curve`.
 * @throws Fault COMMAND_INVALID naming the methods and changes that exist.
 */
export function learningMethod(text: string): LearningMethod {
  const [name, ...changes] = text.split(':');
  const found = LEARNING_METHODS[name!];
  if (!found) throw new Fault('COMMAND_INVALID', `--methods: ${name} is unknown; there is ${Object.keys(LEARNING_METHODS).join(', ')}`);
  const unknown = changes.find(change => !(change in METHOD_CHANGES));
  if (unknown !== undefined)
    throw new Fault('COMMAND_INVALID', `--methods: ${text}: after a colon there is ${Object.keys(METHOD_CHANGES).join(' or ')}`);
  return { ...found, settings: changes.reduce((settings, change) => ({ ...settings, ...METHOD_CHANGES[change] }), found.settings) };
}
