import { Fault } from '#errors';
import { recipeLayout } from '#kernel';
import {
  drawHeldOut,
  openTensorFlow,
  sampleMapping,
  scaleOf,
  type MapKind,
  type SampleBasin,
  type SampleMapping,
  type TrainingSettings,
} from '#learning';
import { BasinArchive } from './basin-archive.js';
import { prepareSample, type PreparedSample, type SampleEntry, type SamplePlan } from './prepare-sample.js';

/** What is to be learned from which basins. */
export interface SampleOptions extends SamplePlan {
  /** Folder of domain folders. */
  readonly basins: string;
  /** Share of the basins drawn from the seed, or their names. */
  readonly heldOut: number | readonly string[];
  readonly mapping: MapKind;
  readonly hidden: readonly number[];
  readonly settings: TrainingSettings;
}

export interface OpenSample {
  readonly basins: readonly (SampleBasin & SampleEntry)[];
  readonly archive: BasinArchive;
  readonly mapping: SampleMapping;
  readonly stepSeconds: number;
  readonly hash: string;
  /** Version and backend, `none` for a mapping without a network. */
  readonly tensorflow: string;
}

/** Prepares the basins in a folder of their own and the mapping over all of them. */
export async function openSample(
  options: SampleOptions,
  folder: string,
  onBasin: (done: number, all: number) => void,
): Promise<OpenSample> {
  const { settings, mapping: kind, hidden } = options;
  const archive = new BasinArchive(folder);
  const sample = await prepareSample(options.basins, options, archive, onBasin);
  const heldOut = heldOutOf(sample, options);
  const basins = sample.entries.map((entry, k) => ({ ...entry, heldOut: heldOut.has(k) }));
  const trained = basins.filter(basin => !basin.heldOut);
  const fieldsOf = (d: number) =>
    function* () {
      for (const { id } of trained) yield archive.read(id).descriptors[d]!;
    };
  const scales = kind === 'uniform' ? [] : sample.descriptors.map((name, d) => scaleOf(name, fieldsOf(d)));
  const tensorflow = kind === 'ann' ? await openTensorFlow() : undefined;
  const { mesh, stationCells } = archive.read(basins[0]!.id);
  const { structure, routing } = options;
  const layout = recipeLayout({ structure, routing, mesh, stationCells, stepSeconds: sample.stepSeconds, precision: 'f32' });
  const network = tensorflow && { tensorflow, hidden, seed: settings.seed };
  return {
    ...{ basins, archive, stepSeconds: sample.stepSeconds, hash: sample.hash },
    mapping: sampleMapping({ layout, kind, scales, ...(network && { network }) }),
    tensorflow: tensorflow ? `${tensorflow.core.version_core} ${tensorflow.backend}` : 'none',
  };
}

function heldOutOf({ entries }: PreparedSample, { heldOut, settings }: SampleOptions): ReadonlySet<number> {
  if (typeof heldOut === 'number') return drawHeldOut(entries.length, heldOut, settings.seed);
  const found = heldOut.map(id => {
    const at = entries.findIndex(entry => entry.id === id);
    if (at < 0) throw new Fault('COMMAND_INVALID', `--held-out: there is no basin ${id} in the sample`, { basin: id });
    return at;
  });
  if (found.length < entries.length) return new Set(found);
  throw new Fault('COMMAND_INVALID', '--held-out names every basin; some must be trained on');
}
