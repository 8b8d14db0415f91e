import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#errors';
import type { StopWish } from '#kernel';
import { controlAt, mapBasins, samplePrior, train, type Training, type TrainingEnd, type TrainingProgress } from '#learning';
import { freshetVersion } from '../commands/freshet-version.js';
import { hasCheckpoint, readCheckpoint, writeCheckpoint, type TrainingIdentity } from './checkpoint.js';
import { openGround } from './open-ground.js';
import { openSample, type OpenSample, type SampleOptions } from './open-sample.js';
import { TrainingPool } from './training-pool.js';
import { WarmStates } from './warm-states.js';
import { writeParameterFiles } from './write-parameter-files.js';

export interface TrainingPlan extends SampleOptions {
  /** Where the checkpoint, the warm states and the prepared basins lie. */
  readonly folder: string;
  readonly resume: boolean;
  /** Gets a parameter file for each basin. */
  readonly out: string;
  readonly threads: number;
  /** The options that decide what is learned, as they were written. */
  readonly options: Readonly<Record<string, string>>;
}

/** What a person sees and wishes meanwhile. */
export interface TrainingWatch {
  readonly onBasin: (done: number, all: number) => void;
  readonly onStep: (progress: TrainingProgress) => void;
  readonly stop: () => StopWish;
}

export interface TrainingOutcome {
  readonly training: Training;
  readonly stoppedBy: TrainingEnd['stoppedBy'];
  readonly steps: number;
  /** NSE of each basin with the best weights; null where the training was interrupted. */
  readonly basins: readonly { readonly id: string; readonly heldOut: boolean; readonly nse: number }[] | null;
  readonly seconds: { readonly prepare: number; readonly train: number };
}

/** Steps after which a checkpoint is written, beside the end of every epoch. */
const STEPS_PER_CHECKPOINT = 100;

/** Trains, writes checkpoints on the way and a parameter file for each basin at the end. */
export async function runTraining(plan: TrainingPlan, watch: TrainingWatch): Promise<TrainingOutcome> {
  if (!plan.resume && hasCheckpoint(plan.folder))
    throw new Fault(
      'COMMAND_INVALID',
      `${plan.folder} holds a training already: go on with --resume ${plan.folder}, or give --checkpoint another folder`,
    );
  const started = performance.now();
  mkdirSync(join(plan.folder, 'basins'), { recursive: true });
  const sample = await openSample(plan, join(plan.folder, 'basins'), watch.onBasin);
  const identity: TrainingIdentity = {
    ...{ freshet: await freshetVersion(), tensorflow: sample.tensorflow, options: plan.options },
    ...{ sample: sample.hash, basins: sample.basins.length },
  };
  const from = plan.resume ? readCheckpoint(plan.folder, identity) : undefined;
  const liveStates = join(plan.folder, 'states-live');
  const states = new WarmStates(liveStates, sample.basins, from?.states);
  const pool = new TrainingPool(
    { folder: sample.archive.folder, model: { structure: plan.structure, routing: plan.routing } },
    plan.threads,
  );
  const prepared = performance.now();
  try {
    const ground = openGround({ ...sample, pool, states });
    const save = (training: Training): void => {
      writeCheckpoint(plan.folder, identity, training, liveStates);
    };
    const { end, steps } = await drive(train(ground, sample.mapping, plan.settings, from?.training), { watch, save });
    save(end.training);
    const trained = performance.now();
    const scored = end.stoppedBy === 'interrupted' ? null : await finish(plan, sample, { ground, end });
    const seconds = { prepare: (prepared - started) / 1000, train: (trained - prepared) / 1000 };
    return { ...end, steps, basins: scored, seconds };
  } finally {
    await pool.close();
    states.close();
  }
}

async function drive(
  steps: ReturnType<typeof train>,
  { watch, save }: { readonly watch: TrainingWatch; readonly save: (training: Training) => void },
) {
  let step = await steps.next();
  let [count, epochs] = [0, 0];
  while (!step.done) {
    const { training } = step.value;
    count = step.value.steps;
    watch.onStep(step.value);
    if (training.step % STEPS_PER_CHECKPOINT === 0 || training.epochs.length > epochs) save(training);
    epochs = training.epochs.length;
    step = await steps.next(watch.stop());
  }
  return { end: step.value, steps: count };
}

interface Finished {
  readonly ground: ReturnType<typeof openGround>;
  readonly end: TrainingEnd;
}

/** Scores every basin with the best weights and writes its parameter file. */
async function finish(plan: TrainingPlan, sample: OpenSample, { ground, end }: Finished): Promise<NonNullable<TrainingOutcome['basins']>> {
  const control = controlAt(samplePrior(sample.mapping, plan.settings), end.training.best.u);
  const losses: number[] = [];
  for (let from = 0; from < sample.basins.length; from += plan.settings.batch) {
    const batch = [...sample.basins.keys()].slice(from, from + plan.settings.batch);
    const fields = mapBasins(sample.mapping, await ground.describe(batch)).fields(control);
    losses.push(...(await ground.losses(batch.map((basin, k) => ({ basin, fields: fields[k]! })))));
  }
  mkdirSync(plan.out, { recursive: true });
  const files = await writeParameterFiles({ plan, sample, end, control, losses });
  for (const [id, text] of files) writeFileSync(join(plan.out, `${id}.json`), text);
  return sample.basins.map(({ id, heldOut }, k) => ({ id, heldOut, nse: 1 - losses[k]! }));
}
