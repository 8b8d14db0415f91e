import { z } from 'zod';
import { Fault } from '#errors';
import type { EpochMs, StationId } from '#hydrology';
import { evaluateLstm } from './lstm-network.js';
import { channelCount, MEMBER_KINDS, memberBase, memberFeatures } from './member-features.js';
import { LEAD_HOURS, PAST_HOURS, type MemberInputs } from './member-inputs.js';

export const MEMBER_FORMAT = 'freshet-member/1';

const instant = z.iso.datetime();
const numbers = z.array(z.number()).readonly();

const shape = z.strictObject({
  format: z.literal(MEMBER_FORMAT),
  kind: z.enum(MEMBER_KINDS),
  basin: z.string(),
  /** Structure, parameters and mesh of the physics that it was trained beside, as a cycle records them. */
  physics: z.strictObject({ model: z.string(), parameters: z.string(), mesh: z.string() }),
  topology: z.strictObject({
    pastHours: z.literal(PAST_HOURS),
    leadHours: z.literal(LEAD_HOURS),
    channels: z.int().positive(),
    units: z.int().positive(),
    outputs: z.int().positive(),
  }),
  /** One a gauge in the order of the outputs: what √Q (m³/s) and √rain (mm per hour) are divided by. */
  scales: z.array(z.strictObject({ station: z.string(), discharge: z.number().positive(), rain: z.number().positive() })).min(1),
  /** Keras's layout: gates input, forget, cell, output. */
  weights: z.strictObject({ kernel: numbers, recurrent: numbers, bias: numbers, outputKernel: numbers, outputBias: numbers }),
  fit: z.strictObject({
    /** First and last valid time of what it was trained on. */
    from: instant,
    to: instant,
    cases: z.int().positive(),
    seed: z.int(),
    epochs: z.int().positive(),
    rate: z.number(),
    decay: z.number(),
    /** Mean square error of √Q over the scales, of what the output is added to and of the trained network. */
    lossBefore: z.number(),
    lossAfter: z.number(),
    rain: z.string(),
  }),
  versions: z.record(z.string(), z.string()),
});

const schema = shape.superRefine(({ kind, topology, scales, weights }, context) => {
  const { channels, units, outputs } = topology;
  const expected: readonly (readonly [string, number, number])[] = [
    ['topology.outputs', outputs, scales.length],
    ['topology.channels', channels, channelCount(kind, scales.length)],
    ['weights.kernel', weights.kernel.length, channels * 4 * units],
    ['weights.recurrent', weights.recurrent.length, units * 4 * units],
    ['weights.bias', weights.bias.length, 4 * units],
    ['weights.outputKernel', weights.outputKernel.length, units * outputs],
    ['weights.outputBias', weights.outputBias.length, outputs],
  ];
  for (const [path, is, should] of expected) {
    if (is !== should) context.addIssue({ code: 'custom', path: path.split('.'), message: `is ${is}, not ${should}` });
  }
});

/** A trained network that forecasts beside the physics. Documented in docs/reference/member-file.md. */
export type MemberFile = z.infer<typeof schema>;

/** A member as a cycle uses it: its file, its name in the domain, and the hash of the file's content. */
export interface ForecastMember {
  readonly name: string;
  readonly hash: string;
  readonly file: MemberFile;
}

/** Discharge at the full hours after `hour`, [lead − 1], m³/s; null where the network had nothing to start from. */
export interface MemberForecast {
  readonly name: string;
  readonly kind: MemberFile['kind'];
  readonly hash: string;
  readonly hour: EpochMs;
  readonly stations: readonly { readonly station: StationId; readonly discharge: readonly number[] | null }[];
}

/**
 * Reads a member file.
 * @throws Fault MEMBER_INVALID naming the file and every mistake in it.
 */
export function parseMemberFile(text: string, name: string): MemberFile {
  const parsed = schema.safeParse(readJson(text, name));
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(issue => `${issue.path.join('.') || '(file)'}: ${issue.message}`);
  throw new Fault('MEMBER_INVALID', `${name} is not a member file: ${mistakes.join('; ')}`, { file: name, mistakes });
}

/** One line a list, so that a person can read the rest. */
export function formatMemberFile(file: MemberFile): string {
  const text = JSON.stringify(schema.parse(file), null, 2);
  return `${text.replace(/\[[-+\d.eE,\s]*\]/g, list => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'))}\n`;
}

/** The forecast of a member from what a cycle knew: the network's output added to the issued forecast or to the last discharge, in √Q. */
export function forecastOfMember({ name, hash, file }: ForecastMember, inputs: MemberInputs): MemberForecast {
  const { kind, scales, topology, weights } = file;
  const { units, outputs } = topology;
  const output = evaluateLstm({ units, ...weights }, memberFeatures(kind, inputs, scales));
  const base = memberBase(kind, inputs, scales);
  const stations = inputs.stations.map(({ station }, s) => {
    const discharge = Array.from({ length: LEAD_HOURS }, (_, lead) => {
      const changed = base[s * LEAD_HOURS + lead]! + output[(PAST_HOURS + lead) * outputs + s]!;
      return (Math.max(0, changed) * scales[s]!.discharge) ** 2;
    });
    return { station, discharge: Number.isNaN(base[s * LEAD_HOURS]) ? null : discharge };
  });
  return { name, kind, hash, hour: inputs.hour, stations };
}

function readJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault('MEMBER_INVALID', `${name} is not JSON: ${(error as Error).message}`, { file: name }, { cause: error });
  }
}
