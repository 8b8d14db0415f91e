import { stringify } from 'yaml';
/** A value on one line, as an editor would write it. */
const flow = (value: unknown): string => stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();

export interface DomainWords {
  readonly basin: string;
  readonly name: string;
  readonly epsg: number;
  readonly descriptors: readonly string[];
  readonly gauged: boolean;
  /** proj4 text of a code that Freshet does not know. */
  readonly projection?: string;
  /** What stands for the record, where it is not the files of an import. */
  readonly record?: Readonly<Record<string, unknown>>;
  readonly parameters?: string;
  /** What operations ask and watch. */
  readonly live?: readonly Readonly<Record<string, unknown>>[];
}

/** The domain.yaml of an imported data set, with every setting written out so that it can be edited. */
export function domainYamlText(words: DomainWords): string {
  const { basin, name, epsg, descriptors, gauged, projection, record, live = [], parameters = 'parameters/multilinear.json' } = words;
  const mesh = `flowDirection: flow-direction.tif, epsg: ${epsg}${projection === undefined ? '' : `, projection: ${JSON.stringify(projection)}`}`;
  return `# What a hydrologist edits. Durations: 90s, 15min, 24h, 2d. Paths are inside this folder. Unknown keys are errors.
basin: ${basin} # = the folder's name, the bus key
name: ${flow(name)}
mesh: { ${mesh} } # D8: 1 N, 2 NE, 3 E … 8 NW, 0 = not active
stations: stations.csv
thresholds: thresholds.csv # yellow, orange, red = 2, 5, 20 years, m³/s
descriptors:
${descriptors.map(descriptor => `  ${descriptor}: descriptors/${descriptor}.tif`).join('\n') || '  {}'}
record: ${flow(record ?? { rain: 'rain.nc', pet: 'pet.nc', ...(gauged && { discharge: 'discharge.nc' }) })} # what a replay plays
model: { structure: gr4, routing: kw, parameters: ${parameters} }
sources:
  radar: { id: radar, latency: 15min } # a value is received this long after its stamp
  gauges: { id: gauges, latency: 20min, overlap: 3h }
${live.length === 0 ? '' : `  live: # what operations ask and watch\n${live.map(source => `    - ${flow(source)}\n`).join('')}`}forcing: { ladder: [persistence, zero], persistenceFade: 1h, giveUpAfter: 3h } # what stands in for rain that did not come
forecast: { step: 15min, lead: 24h, cutOff: 4min, lateAfter: 10min }
assimilation: # errors and blend are estimated, not set: freshet fit-assimilation writes assimilation/estimated.json
  window: 24h
  rainBlock: 6h # one log rain factor per sub-basin and block
  maxIterations: 15
  holdOut: 2h
alerts:
  raiseProbability: 0.5
  clearProbability: 0.3
  cycles: 2 # that must agree
  hysteresis: 0.1 # the observed flow must fall this share below the threshold
  expiry: 3h # without a new forecast the alert becomes stale
  quiet: 6h # below the level this long before it clears: a second rise is the same flood
  absence: { rain: 90min, gauge: 2h, cycle: 30min } # an hourly grid is up to 75 min old before the next comes
`;
}
