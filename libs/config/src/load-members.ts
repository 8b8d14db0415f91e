import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BasinModel } from '#cycle';
import { Fault } from '#errors';
import { parseMemberFile, type ForecastMember, type MemberFile } from '#learning';
import type { LoadedDomain } from './loaded-domain.js';

/** Reads the members that domain.yaml names (`model.members`), once. */
export const loadMembers = ({ folder, settings }: LoadedDomain, basin: BasinModel): Promise<ForecastMember[]> =>
  openMembers(
    Object.entries(settings.model.members).map(([name, file]) => [name, join(folder, file)] as const),
    basin,
  );

/**
 * Reads members by name and path and checks that each was trained for this basin, its gauges and its model.
 * @throws Fault MEMBER_INVALID naming the file and what does not fit.
 */
export async function openMembers(named: readonly (readonly [name: string, path: string])[], basin: BasinModel): Promise<ForecastMember[]> {
  return await Promise.all(
    named.map(async ([name, path]) => {
      const text = await readFile(path, 'utf8').catch((cause: unknown) => {
        throw new Fault('MEMBER_INVALID', `${path} cannot be read: ${(cause as Error).message}`, { path }, { cause });
      });
      const file = parseMemberFile(text, path);
      const misfit = misfitOf(file, basin);
      if (misfit !== undefined) throw new Fault('MEMBER_INVALID', `${path} does not fit: ${misfit}`, { path, member: name });
      return { name, hash: createHash('sha256').update(text).digest('hex'), file };
    }),
  );
}

/** A corrector knows the errors of one model; a network that sees no model asks for the same basin and gauges only. */
function misfitOf({ basin, kind, physics, scales }: MemberFile, { versions, stations, ...model }: BasinModel): string | undefined {
  if (basin !== model.basin) return `it was trained for the basin ${basin}, not ${model.basin}`;
  const gauges = stations.filter(({ gauged }) => gauged).map(({ id }) => id);
  const trained = scales.map(({ station }) => station);
  if (trained.join() !== gauges.join()) return `it was trained for the gauges ${trained.join(', ')}, not ${gauges.join(', ')}`;
  if (physics.mesh !== versions.mesh) return 'it was trained on another mesh';
  if (kind === 'lstm') return undefined;
  if (physics.model !== versions.model) return `it corrects ${physics.model}, not ${versions.model}`;
  if (physics.parameters !== versions.parameters)
    return 'it corrects the same structure with other parameters; train it again beside these';
  return undefined;
}

/** The same basin with members beside its physics; their hashes go with every forecast. */
export const withMembers = (basin: BasinModel, members: readonly ForecastMember[]): BasinModel => ({
  ...basin,
  members,
  versions: { ...basin.versions, ...Object.fromEntries(members.map(({ name, hash }) => [`member.${name}`, hash])) },
});
