import { parentPort } from 'node:worker_threads';
import { computeCycle, decodeCycleState, encodeCycleState, spinUp, type BasinModel, type CycleState } from '#cycle';
import { Fault } from '#errors';
import { createKernel, type Kernel } from '#kernel';
import { rainToCome } from './rain-to-come.js';
import { postError, type Answer, type ComputedCycle, type CycleTask, type EncodedState, type Question } from './cycle-messages.js';

/** Basins stay warm: a kernel costs milliseconds to make and holds its memory. */
const warm = new Map<string, { readonly model: BasinModel; readonly kernel: Kernel }>();

parentPort?.on('message', (question: Question) => {
  const reply = (answer: Answer): void => {
    parentPort?.postMessage(answer);
  };
  try {
    reply({ id: question.id, ok: true, value: answerTo(question) });
  } catch (error) {
    reply({ id: question.id, ok: false, error: postError(error) });
  }
});

function answerTo(question: Question): ComputedCycle | EncodedState[] | null {
  if (question.kind === 'load') {
    const { model, recipe } = question.basin;
    warm.set(model.basin, { model, kernel: createKernel(recipe) });
    return null;
  }
  const basin = warm.get(question.basin);
  if (basin === undefined) throw new Fault('INVARIANT', `the worker was not given the basin ${question.basin}`);
  if (question.kind === 'spin-up') return spinUp(question.problem, basin.model, basin.kernel).map(encode);
  return compute(question.task, basin.model, basin.kernel);
}

function compute(task: CycleTask, model: BasinModel, kernel: Kernel): ComputedCycle {
  const began = performance.now();
  const background = decodeCycleState(task.background);
  const previous = decodeCycleState(task.previous);
  const futureRain = rainToCome(task, model.mesh);
  const { state, ...result } = computeCycle({ ...task, background, previous, futureRain }, model, kernel);
  return { result, state: encode(state), previousHash: previous.hash, computeMs: performance.now() - began };
}

const encode = (state: CycleState): EncodedState => ({
  issueTime: state.issueTime,
  validTime: state.analysis.validTime,
  state: encodeCycleState(state),
  hash: state.hash,
});
