import { join } from 'node:path';
import { HOUR_MS, epochMs, floorTo, toIso, type EpochMs } from '#hydrology';
import { dropFile } from './drop-simulated.js';
import { faultAt, type FeedFaultKind } from './feed-fault.js';
import { HTTP_DIALECTS, hubeauCode, type SimulatedAnswer } from './http-dialects.js';
import type { SimulatedWorld } from './simulated-world.js';

/** Gauge dialects whose answers are dropped as files. */
export const GAUGE_FILE_KINDS = [
  'hubeau',
  'vigicrues',
  'ea',
  'ea-xml',
  'usgs',
  'usgs-waterml',
  'waterml2',
  'pi-xml',
  'pi-json',
  'csv',
] as const;
export type GaugeFileKind = (typeof GAUGE_FILE_KINDS)[number];

/** What a file of each dialect answers: its question to the simulated service, for all stations at once or one after the other. */
const QUESTIONS: Readonly<
  Record<GaugeFileKind, { readonly ending: string; readonly ask: (from: string, stations: string[]) => string[] }>
> = {
  hubeau: {
    ending: 'json',
    ask: (from, stations) => [
      `/hubeau/observations_tr?code_entite=${stations.map(hubeauCode).join(',')}&grandeur_hydro=Q&date_debut_obs=${from}&size=20000`,
    ],
  },
  vigicrues: { ending: 'json', ask: (_from, stations) => stations.map(id => `/vigicrues?CdStationHydro=${id}&GrdSerie=Q`) },
  ea: { ending: 'json', ask: (from, stations) => stations.map(id => `/ea/id/stations/${encodeURIComponent(id)}/readings?since=${from}`) },
  usgs: {
    ending: 'json',
    ask: (from, stations) =>
      stations.map(
        id => `/usgs/collections/continuous/items?monitoring_location_id=${id}&parameter_code=00060&datetime=${from}/..&limit=10000`,
      ),
  },
  csv: { ending: 'csv', ask: from => [`/csv?from=${from}`] },
  'ea-xml': { ending: 'xml', ask: from => [`/ea-xml?from=${from}`] },
  'usgs-waterml': { ending: 'json', ask: from => [`/usgs-waterml?startDT=${from}`] },
  waterml2: { ending: 'xml', ask: from => [`/waterml2?from=${from}`] },
  'pi-xml': { ending: 'xml', ask: from => [`/pi-xml?from=${from}`] },
  'pi-json': { ending: 'json', ask: from => [`/pi-json?from=${from}`] },
};

/** Each file repeats the hours before it: values come late and are corrected. */
const OVERLAP_MS = 3 * HOUR_MS;

/**
 * Drops the answers of a gauge service into a folder as files, as a partner sends them: at each step of the gauges one, of dialects that are
 * asked by station one a station. While a service is down (`503`, `stall`) none comes; a cut one is cut by when it comes.
 */
export class GaugeFileWriter {
  constructor(
    private readonly world: SimulatedWorld,
    private readonly folder: string,
    private readonly kind: GaugeFileKind,
    /** Values from then on are in the first file. */
    private writtenTo: EpochMs,
  ) {}

  /** Writes the files that are due. @returns their names. */
  async writeDue(): Promise<string[]> {
    const { now, gaugeStepMs } = this.world;
    const due = floorTo(now(), gaugeStepMs);
    if (due <= this.writtenTo || this.#has('503') || this.#has('stall')) return [];
    const answers = await this.#answers(toIso(epochMs(this.writtenTo - OVERLAP_MS)));
    const { ending } = QUESTIONS[this.kind];
    const stamp = toIso(due).replaceAll(/\D/g, '').slice(0, 12);
    const names: string[] = [];
    for (const [k, { body }] of answers.entries()) {
      const name = `${this.kind}_${stamp}${answers.length > 1 ? `_${k + 1}` : ''}.${ending}`;
      const bytes = Buffer.from(body);
      await dropFile(join(this.folder, name), this.#has('truncated') ? bytes.subarray(0, bytes.length / 2) : bytes, now());
      names.push(name);
    }
    this.writtenTo = due;
    return names;
  }

  #has(kind: FeedFaultKind): boolean {
    return faultAt(this.world.faults, kind, { time: this.world.now(), inputs: ['gauges'] }) !== undefined;
  }

  #answers(from: string): Promise<SimulatedAnswer[]> {
    const stations = this.world.domain.stations.filter(({ gauged }) => gauged).map(({ id }) => id as string);
    const urls = QUESTIONS[this.kind].ask(from, stations).map(path => new URL(path, 'http://simulated'));
    return Promise.all(
      urls.map(async url => {
        const { path, answer } = HTTP_DIALECTS.find(each => each.path.test(url.pathname))!;
        return answer(this.world, url, path.exec(url.pathname)!);
      }),
    );
  }
}
