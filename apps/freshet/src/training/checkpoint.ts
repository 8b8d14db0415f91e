import {
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '#errors';
import type { Training } from '#learning';

const FORMAT = 'freshet-training/1';

/** What a training was begun with; going on with anything else would be another training. */
export interface TrainingIdentity {
  readonly freshet: string;
  readonly tensorflow: string;
  /** Hash of the sample, and how many basins it has. */
  readonly sample: string;
  readonly basins: number;
  /** The options of the command that decide what is learned. */
  readonly options: Readonly<Record<string, string>>;
}

/** Float64 by their bytes: exact, and signs of zero too. */
const numbers = z.base64().transform(text => {
  const bytes = Buffer.from(text, 'base64');
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
});
const encode = (values: Float64Array): string => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

const checkpoint = z.strictObject({
  format: z.literal(FORMAT),
  freshet: z.string(),
  tensorflow: z.string(),
  sample: z.string(),
  basins: z.int(),
  options: z.record(z.string(), z.string()),
  /** File of the warm states beside this one. */
  states: z.string().regex(/^states-\d+\.bin$/),
  training: z.strictObject({
    step: z.int(),
    u: numbers,
    moments: z.strictObject({ first: numbers, second: numbers }),
    firstLoss: z.number().nullable(),
    lossOfEpoch: z.number(),
    epochs: z.array(z.strictObject({ loss: z.number(), heldOut: z.number().nullable() })),
    best: z.strictObject({ u: numbers, score: z.number().nullable(), epoch: z.int() }),
    work: z.strictObject({ adjointSteps: z.number(), forwardSteps: z.number() }),
  }),
});

const NAME = 'training.json';

export const hasCheckpoint = (folder: string): boolean => existsSync(join(folder, NAME));

/** Writes a training and a copy of its warm states; whoever reads the folder meanwhile, or after a crash, finds the old pair or the new. */
export function writeCheckpoint(folder: string, identity: TrainingIdentity, training: Training, liveStates: string): void {
  const states = `states-${training.step}.bin`;
  copyFileSync(liveStates, join(folder, `${states}.part`));
  settle(join(folder, `${states}.part`), join(folder, states));
  const { u, moments, best, ...plain } = training;
  const content = {
    format: FORMAT,
    ...identity,
    states,
    training: {
      ...plain,
      u: encode(u),
      moments: { first: encode(moments.first), second: encode(moments.second) },
      best: { ...best, u: encode(best.u), score: Number.isFinite(best.score) ? best.score : null },
    },
  };
  writeFileSync(join(folder, `${NAME}.part`), JSON.stringify(content, null, 1));
  settle(join(folder, `${NAME}.part`), join(folder, NAME));
  for (const old of readdirSync(folder)) if (/^states-\d+\.bin$/.test(old) && old !== states) rmSync(join(folder, old));
}

function settle(part: string, path: string): void {
  const file = openSync(part, 'r+');
  fsyncSync(file);
  closeSync(file);
  renameSync(part, path);
}

/** The options of the training in a folder. @throws Fault CHECKPOINT_INVALID when there is none. */
export const checkpointOptions = (folder: string): Readonly<Record<string, string>> => read(folder).options;

/** The best weights of the training in a folder, in deviations of the prior. */
export const checkpointBest = (folder: string): Float64Array => read(folder).training.best.u;

/**
 * The training in a folder, and the file of its warm states.
 * @throws Fault CHECKPOINT_INVALID when it was made by another version, on other basins or cannot be read.
 */
export function readCheckpoint(
  folder: string,
  identity: Omit<TrainingIdentity, 'options'>,
): { readonly training: Training; readonly states: string } {
  // prettier-ignore
  const found = read(folder);
  const wrong = [
    ...differs('Freshet', found.freshet, identity.freshet),
    ...differs('TensorFlow.js', found.tensorflow, identity.tensorflow),
    ...(found.sample === identity.sample ? [] : [`other basins (it had ${found.basins}, --basins holds ${identity.basins}, or their records differ)`]), // prettier-ignore
  ];
  if (wrong.length > 0) throw invalid(folder, `was made with ${wrong.join(', ')}`);
  const states = join(folder, found.states);
  if (!existsSync(states)) throw invalid(folder, `has lost its warm states ${found.states}`);
  const { training } = found;
  return { training: { ...training, best: { ...training.best, score: training.best.score ?? Infinity } }, states };
}

const differs = (what: string, made: string, now: string): string[] => (made === now ? [] : [`${what} ${made}, not ${now}`]);

const invalid = (folder: string, why: string): Fault => new Fault('CHECKPOINT_INVALID', `the checkpoint in ${folder} ${why}`, { folder });

function read(folder: string): z.infer<typeof checkpoint> {
  const path = join(folder, NAME);
  if (!existsSync(path)) throw invalid(folder, `is not there: no ${NAME}`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw invalid(folder, 'is not JSON');
  }
  const format = (content as { readonly format?: unknown } | null)?.format;
  if (format !== FORMAT) throw invalid(folder, `has the format ${String(format)}, not ${FORMAT}`);
  const parsed = checkpoint.safeParse(content);
  if (parsed.success) return parsed.data;
  throw invalid(folder, `is damaged: ${parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
}
