import type { BasinModel, CycleInputs, CycleResult, FutureRain, SpinUpProblem } from '#cycle';
import { Fault, isFault, type FaultCode } from '#errors';
import type { EpochMs, RainGrid } from '#hydrology';
import type { KernelRecipe } from '#kernel';
import type { ModelRain } from './model-rain.js';

/** A basin as a worker keeps it warm: its model and how to make its kernel. */
export interface WarmBasin {
  readonly model: BasinModel;
  readonly recipe: KernelRecipe;
}

/** The inputs of a cycle with its two states still as bytes, and rain to come that is still to be carried: both belong to the worker. */
export interface CycleTask extends Omit<CycleInputs, 'background' | 'previous' | 'futureRain'> {
  readonly background: Uint8Array;
  readonly previous: Uint8Array;
  readonly futureRain: FutureRain | NowcastWish;
}

/** Rain is to be carried along its motion. */
export interface NowcastWish {
  readonly kind: 'to-nowcast';
  /** What was received around the basin, on its window; null where no source shows more than the basin. */
  readonly mosaics: readonly RainGrid[] | null;
  /** What stands behind it; null where the ladder has no weather model. */
  readonly model: ModelRain | null;
}

/** A state as it is stored. */
export interface EncodedState {
  readonly issueTime: EpochMs;
  readonly validTime: EpochMs;
  readonly state: Uint8Array;
  readonly hash: string;
}

/** What a cycle gives back; its state is encoded where it was made. */
export interface ComputedCycle {
  readonly result: Omit<CycleResult, 'state'>;
  readonly state: EncodedState;
  readonly previousHash: string;
  readonly computeMs: number;
}

export type Question =
  | { readonly id: number; readonly kind: 'load'; readonly basin: WarmBasin }
  | { readonly id: number; readonly kind: 'cycle'; readonly basin: string; readonly task: CycleTask }
  | { readonly id: number; readonly kind: 'spin-up'; readonly basin: string; readonly problem: SpinUpProblem };

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: ComputedCycle | readonly EncodedState[] | null }
  | { readonly id: number; readonly ok: false; readonly error: PostedError };

/** An error as it crosses the boundary of a thread, which keeps neither class nor code. */
interface PostedError {
  readonly code: FaultCode | null;
  readonly message: string;
  readonly stack: string | undefined;
  readonly context: Readonly<Record<string, unknown>>;
}

export function postError(error: unknown): PostedError {
  if (isFault(error)) return { code: error.code, message: error.message, stack: error.stack, context: error.context };
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return { code: null, message, stack, context: {} };
}

/** An error that nobody named is a defect. */
export function receiveError(posted: PostedError): Fault {
  return new Fault(posted.code ?? 'INVARIANT', posted.message, { ...posted.context, workerStack: posted.stack });
}
