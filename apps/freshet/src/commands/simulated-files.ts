import {
  GaugeFileWriter,
  type FeedSimulator,
  ModelRunWriter,
  RainAnnouncer,
  RainWriter,
  type GaugeFileKind,
  type SimulatedWorld,
} from '#apps/ingest';
import { epochMs } from '#hydrology';
import { createLogger, every, type Logger } from '#runtime';

/** What is written or announced beside the services; null = not. */
export interface SimulatedFiles {
  readonly rainFolder: string | null;
  readonly modelFolder: string | null;
  readonly gaugeFolder: string | null;
  readonly gaugeKind: GaugeFileKind;
  readonly notify: { readonly broker: string; readonly topic: string } | null;
  /** Of the services, where announced files lie. */
  readonly origin: string;
  /** How far back the folders are filled at the start. */
  readonly historyMs: number;
}

interface Work {
  /** For the log: "rain was written". */
  readonly said: string;
  readonly where: string;
  readonly do: () => Promise<readonly string[]>;
}

/** Fills the folders, then keeps writing what is due. @returns what ends it. */
export async function startSimulatedFiles(
  simulator: FeedSimulator,
  files: SimulatedFiles,
  logger: Logger = createLogger('info'),
): Promise<() => Promise<void>> {
  const announcer = files.notify === null ? null : await RainAnnouncer.connect(simulator, { ...files.notify, origin: files.origin });
  const works = worksOf(simulator.world, files, announcer);
  for (const work of works) sayStart(logger, work, await work.do());
  const stop = every('*/10 * * * * *', async () => {
    for (const { said, where, do: due } of works) for (const name of await due()) logger.info({ where, name }, said);
  });
  return async () => {
    await stop();
    await announcer?.close();
  };
}

function worksOf(world: SimulatedWorld, files: SimulatedFiles, announcer: RainAnnouncer | null): Work[] {
  const { rainFolder, modelFolder, gaugeFolder, gaugeKind, notify, historyMs } = files;
  const from = epochMs(world.now() - historyMs);
  const works: Work[] = [];
  const add = (said: string, where: string, writer: { writeDue(): Promise<readonly string[]> }) => {
    works.push({ said, where, do: () => writer.writeDue() });
  };
  if (rainFolder !== null) add('rain was written', rainFolder, new RainWriter(world, rainFolder, from));
  if (modelFolder !== null) add('a model run was written', modelFolder, new ModelRunWriter(world, modelFolder, from));
  if (gaugeFolder !== null) add('gauge values were written', gaugeFolder, new GaugeFileWriter(world, gaugeFolder, gaugeKind, from));
  if (announcer !== null) works.push({ said: 'rain was announced', where: notify!.topic, do: () => announcer.announceDue() });
  return works;
}

/** One line for whatever there was before. */
function sayStart(logger: Logger, { said, where }: Work, names: readonly string[]): void {
  logger.info({ where, files: names.length, first: names[0] ?? null, last: names.at(-1) ?? null }, `at the start ${said}`);
}
