import { PASS_KINDS, planMemory, type Extent, type PassKind } from '../memory-plan.js';
import { KernelPass, SWEEPS, type PassParts, type Sweep } from '../kernel-pass.js';

/** Numbers that the threads of a kernel share, by their place in a shared Int32Array. */
const FIELDS = ['turn', 'working', 'next', 'end', 'kind', 'sweep', 'steps', 'blocks', 'failed', 'ready'] as const;
export type Field = (typeof FIELDS)[number];
export const FIELD_COUNT = FIELDS.length;
export const at = (field: Field): number => FIELDS.indexOf(field);

/** The groups [from, to) of one phase, and what to do with them. */
export interface Turn extends Extent {
  readonly kind: PassKind;
  readonly sweep: Sweep;
  readonly from: number;
  readonly to: number;
}

/** Writes a turn for the other threads; they see it once `turn` is raised. */
export function announce(control: Int32Array, { kind, sweep, from, to, steps, blocks }: Turn): void {
  const values = { next: from, end: to, kind: PASS_KINDS.indexOf(kind), sweep: SWEEPS.indexOf(sweep), steps, blocks };
  for (const [field, value] of Object.entries(values)) Atomics.store(control, at(field as keyof typeof values), value);
}

/** The pass that a turn belongs to, on the thread that asks. */
export function passOf(
  control: Int32Array,
  parts: PassParts,
  thread: { readonly index: number; readonly memory: Float32Array | Float64Array },
): KernelPass {
  const extent = { steps: Atomics.load(control, at('steps')), blocks: Atomics.load(control, at('blocks')) };
  const kind = PASS_KINDS[Atomics.load(control, at('kind'))]!;
  return new KernelPass(parts, { plan: planMemory(parts, extent, kind), extent, kind, thread: thread.index }, thread.memory);
}

/**
 * Computes groups of the turn until none is left. Who computes which depends on the moment, what comes out does not: a group
 * writes only what belongs to it and reads only what earlier phases wrote.
 */
export function workOff(control: Int32Array, pass: KernelPass): void {
  const sweep = SWEEPS[Atomics.load(control, at('sweep'))]!;
  const end = Atomics.load(control, at('end'));
  for (let group = Atomics.add(control, at('next'), 1); group < end; group = Atomics.add(control, at('next'), 1)) pass.group(sweep, group);
}
