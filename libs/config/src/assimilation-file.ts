import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MEMBERS, defaultSettings, type AssimilationSettings } from '#assimilation';
import { Fault } from '#errors';
import { stationId } from '#hydrology';
import type { LoadedDomain } from './loaded-domain.js';

export const ASSIMILATION_FORMAT = 'freshet-assimilation/2';

const positive = z.number().positive();
const instant = z.iso.datetime();

const Lead = z.strictObject({
  count: z.number().min(0),
  products: z.array(z.number()).length(MEMBERS.length ** 2, `the blend has ${MEMBERS.length} members: run freshet fit-assimilation again`),
  widths: z.array(positive).length(4),
});

/** What was estimated, and on what. Times are durations in ms as in domain.yaml's settings. */
export const AssimilationFile = z.strictObject({
  format: z.literal(ASSIMILATION_FORMAT),
  basin: z.string(),
  fit: z.strictObject({ from: instant, to: instant, parameters: z.array(z.string()), cycles: z.int(), note: z.string() }),
  priors: z.array(z.strictObject({ station: z.string(), rain: positive, production: positive, transfer: positive, channel: positive })),
  rainMemoryMs: z.number().min(0),
  zoneCorrelation: z.number().min(0).max(0.99),
  observationError: z.strictObject({
    sd: positive,
    parts: z.array(z.tuple([positive, positive])),
    white: positive,
    offsetPerKm2: positive,
  }),
  links: z.array(z.strictObject({ station: z.string(), upstream: z.string(), gain: positive, lagMs: z.number().min(0) })),
  statistics: z.record(z.string(), z.strictObject({ leads: z.array(Lead) })),
});
export type AssimilationFile = z.infer<typeof AssimilationFile>;

/**
 * The settings of a domain's assimilation: domain.yaml for the window, the estimates of `assimilation/estimated.json` (or another file) for
 * everything that the calibration period decided; the defaults of the library where there is no file, or where `named` is null.
 * @throws Fault DOMAIN_INVALID when the file does not fit.
 */
export async function loadAssimilation(domain: LoadedDomain, named?: string | null): Promise<AssimilationSettings> {
  const { window, rainBlock, maxIterations, holdOut } = domain.settings.assimilation;
  const base = {
    ...defaultSettings(domain.zoneStations.length),
    windowMs: window,
    rainBlockMs: rainBlock,
    maxIterations,
    holdOutMs: holdOut,
  };
  if (named === null) return base;
  const path = named ?? join(domain.folder, 'assimilation', 'estimated.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT' && named === undefined) return null;
    throw new Fault('FILE_UNREADABLE', `${path} cannot be read: ${(cause as Error).message}`, { path }, { cause });
  });
  return text === null ? base : settingsOf(parse(text, path), base, { domain, path });
}

function parse(text: string, path: string): AssimilationFile {
  try {
    return AssimilationFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault('DOMAIN_INVALID', `${path} is no assimilation file: ${(cause as Error).message}`, { path }, { cause });
  }
}

function settingsOf(file: AssimilationFile, base: AssimilationSettings, of: { domain: LoadedDomain; path: string }): AssimilationSettings {
  const priors = of.domain.zoneStations.map(id => {
    const prior = file.priors.find(({ station }) => station === id);
    if (prior === undefined) throw new Fault('DOMAIN_INVALID', `${of.path} has no prior for the zone of ${id}`, { path: of.path });
    return prior;
  });
  const links = file.links.map(link => {
    const unknown = [link.station, link.upstream].find(id => !of.domain.zoneStations.includes(stationId(id)));
    if (unknown !== undefined) throw new Fault('DOMAIN_INVALID', `${of.path} links ${unknown}, which is no gauge here`, { path: of.path });
    return { ...link, station: stationId(link.station), upstream: stationId(link.upstream) };
  });
  const { rainMemoryMs, zoneCorrelation, observationError, statistics } = file;
  return { ...base, priors, rainMemoryMs, zoneCorrelation, observationError, links, initialStatistics: statistics };
}
