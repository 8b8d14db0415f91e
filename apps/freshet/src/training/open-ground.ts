import type { BasinTask, SampleBasin, TrainingGround, WindowTask } from '#learning';
import type { BasinArchive } from './basin-archive.js';
import type { TrainingPool } from './training-pool.js';
import type { WarmStates } from './warm-states.js';

export interface GroundParts {
  readonly basins: readonly SampleBasin[];
  readonly archive: BasinArchive;
  readonly pool: TrainingPool;
  readonly states: WarmStates;
}

/** The sample of a training in its files, computed on its threads. */
export function openGround({ basins, archive, pool, states }: GroundParts): TrainingGround {
  const passages = (tasks: readonly BasinTask[]) =>
    pool.passages(tasks.map(({ basin, fields: { parameters } }) => ({ kind: 'through', id: basins[basin]!.id, parameters })));
  return {
    basins,
    describe: wanted =>
      Promise.resolve(
        wanted.map(basin => {
          const { mesh, descriptors, parameters, initialState } = archive.read(basins[basin]!.id);
          return { cellCount: mesh.cellCount, descriptors, base: { parameters, initialState } };
        }),
      ),
    warmUp: async tasks => {
      const found = await passages(tasks);
      found.forEach((passage, k) => {
        passage.states.forEach((state, window) => {
          states.write(tasks[k]!.basin, window, state);
        });
      });
    },
    gradients: async tasks => {
      const found = await pool.visits(tasks.map(task => orderOf(task)));
      // after all of them, so that two windows of one basin in a batch see the same states whoever is first
      found.forEach(({ next }, k) => {
        if (next) states.write(tasks[k]!.basin, tasks[k]!.window + 1, next);
      });
      return found;
    },
    losses: async tasks => (await passages(tasks)).map(({ loss }) => loss),
  };

  function orderOf({ basin, window, fields: { parameters } }: WindowTask) {
    return { kind: 'visit' as const, id: basins[basin]!.id, window, parameters, state: states.read(basin, window) };
  }
}
