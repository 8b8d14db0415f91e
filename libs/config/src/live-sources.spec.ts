import { describe, expect, it } from '@jest/globals';
import { isFault } from '#errors';
import { formOf } from './download-settings.js';
import { checkLiveSources, type LiveSource } from './live-sources.js';
import { readDomainYaml } from './read-domain-yaml.js';

const yaml = (live: string): string => `
basin: mine
name: Mine
mesh: { flowDirection: d8.tif, epsg: 2154 }
stations: stations.csv
thresholds: thresholds.csv
record: { rain: rain.nc, pet: pet.nc }
sources:
  radar: { id: radar, latency: 15min }
  gauges: { id: gauges, latency: 20min }
  live:
${live}
`;
const read = (live: string): readonly LiveSource[] => readDomainYaml(yaml(live), 'domain.yaml').sources.live;
const mistakesOf = (live: string): readonly string[] => {
  try {
    read(live);
  } catch (error) {
    if (isFault(error)) return error.context['mistakes'] as string[];
  }
  return [];
};

describe('live sources of domain.yaml', () => {
  it('need little: a kind and where it is', () => {
    const [radar, gauges] = read(`
    - { id: radar, kind: odim-folder, folder: incoming/radar }
    - { id: hubeau, kind: hubeau, url: 'https://service.example/observations_tr', stations: { V3524010: V352401001 } }`);
    expect(radar).toMatchObject({ every: 60_000, minimumQuality: 0, reflectivity: { a: 200, b: 1.6 }, enabled: true });
    expect(gauges).toMatchObject({ every: 300_000, overlap: 3 * 3_600_000, reach: 86_400_000, timeout: 30_000, quantities: ['Q', 'H'] });
    expect(readDomainYaml(yaml('    []'), 'domain.yaml').sources.live).toEqual([]);
  });

  it('switch filters of rain and composites on by name, with defaults', () => {
    const [radar] = read(`
    - id: radars
      kind: odim-folder
      folder: in
      duration: 5min
      filters: { speckle: {}, spikes: { least: 30 } }
      composite: { radars: [behel, bewid] }`);
    expect(radar).toMatchObject({
      filters: { speckle: { cells: 3, wet: 0.1 }, spikes: { least: 30, factor: 8 } },
      composite: { radars: ['behel', 'bewid'], by: 'distance', wait: 600_000 },
    });
    expect(
      mistakesOf(`    - { id: a, kind: odim-folder, folder: in, duration: 5min, filters: { spekle: {} }, composite: { radars: [one] } }`),
    ).toEqual(['sources.live.0.filters.spekle: unknown key', expect.stringContaining('sources.live.0.composite.radars: ')]);
    expect(mistakesOf(`    - { id: a, kind: odim-folder, folder: in, composite: { radars: [a, b] } }`)).toEqual([
      'sources.live.0.duration: is missing: a composite is made once in it, such as 5min',
    ]);
  });

  it('name every mistake with its key and what it must be', () => {
    expect(mistakesOf(`    - { id: Radar 1, kind: odim-folder, folder: in }`)).toEqual([
      'sources.live.0.id: must be up to 40 small letters, digits and hyphens, the first a letter',
    ]);
    expect(mistakesOf(`    - { id: a, kind: hubaeu, url: 'https://x.example' }`)[0]).toMatch(
      /^sources\.live\.0\.kind: must have a kind, one of rain-folder, /,
    );
    expect(mistakesOf(`    - { id: a, kind: hubeau }`)).toEqual([
      'sources.live.0.url: give either url, to ask a service, or folder, to take files',
    ]);
    expect(mistakesOf(`    - { id: a, kind: csv, folder: in }`)).toEqual([
      'sources.live.0.csv: is missing: say which column is what (time, value, unit, station, variable)',
    ]);
    expect(mistakesOf(`    - { id: a, kind: ea, url: 'https://me:secret@x.example' }`)).toEqual([
      'sources.live.0.url: must hold no user and password; put them in a file and name it under credentials',
    ]);
    expect(mistakesOf(`    - { id: a, kind: ea, url: 'file:///etc/passwd' }`)).toEqual([
      'sources.live.0.url: must be an address such as https://host/path',
    ]);
    expect(mistakesOf(`    - { id: a, kind: ea, url: 'https://x.example', every: 1ms, intervall: 3 }`)).toEqual([
      'sources.live.0.every: "1ms" is not a duration; write 90s, 15min, 24h or 2d',
      'sources.live.0.intervall: unknown key',
    ]);
  });

  it('may have a folder that a bucket fills', () => {
    const [radar] = read(`    - { id: a, kind: odim-folder, folder: in, bucket: { url: 'https://b.example', prefix: 'r/{yyyy}/{MM}/' } }`);
    expect(radar!.bucket).toMatchObject({ match: '*', overlap: 3 * 3_600_000, reach: 86_400_000, timeout: 30_000, pages: 100 });
    expect(
      mistakesOf(`    - { id: a, kind: odim-folder, folder: in, bucket: { url: 'https://b.example?x=1', prefix: '{year}' } }`),
    ).toEqual([
      'sources.live.0.bucket.url: must have no query; write prefix and startAfter beside it',
      'sources.live.0.bucket.prefix: may hold the words {yyyy}, {MM}, {dd}, {HH} only',
    ]);
    expect(mistakesOf(`    - { id: a, kind: ea, url: 'https://x.example', bucket: { url: 'https://b.example' } }`)).toEqual([
      'sources.live.0.url: cannot stand beside bucket, notifications or download: they fill a folder',
    ]);
  });

  const downloaded = (download: string) => `    - { id: a, kind: odim-folder, folder: in, download: { ${download} } }`;
  it.each([
    [`url: 'https://x.example/latest.h5'`, 'latest'],
    [`url: 'https://x.example/{yyyy}{MM}{dd}/T_PASH21_C_EUOC_{yyyyMMddHHmm}.hdf', step: 15min, delay: 5min`, 'times'],
    [`url: 'https://x.example/radar/rw/', match: 'raa01-rw_10000-{yyMMddHHmm}-dwd---bin.gz'`, 'index'],
    [`url: 'https://x.example/{yyyy}/{MM}/{dd}/', match: '*.h5'`, 'index'],
  ])('may have a folder that plain addresses fill: %s', (download, form) => {
    const [radar] = read(downloaded(download));
    expect(radar!.download).toMatchObject({ overlap: 3 * 3_600_000, reach: 86_400_000, timeout: 30_000, credentials: [], largestMb: 64 });
    expect(formOf(radar!.download!)).toBe(form);
  });

  it.each([
    [`url: 'ftp://x.example/a.h5'`, 'url: must be an address such as https://host/{yyyy}/{MM}/{dd}/rain_{yyyyMMddHHmm}.h5'],
    [`url: 'https://me:secret@x.example/a.h5'`, 'url: must hold no user and password; put them in a file and name it under credentials'],
    [`url: 'https://{yyyy}.example/{yyyyMMdd}.h5', step: 1d, overlap: 2d`, 'url: must name its host without times'],
    [
      `url: 'https://x.example/{year}.h5'`,
      'url: may hold times of yyyy, yy, MM, dd, HH and mm in braces only, such as {yyyy}/{MM}/{dd} or {yyyyMMddHHmm}',
    ],
    [`url: 'https://x.example/{yyyyMMddHHmm}.h5'`, 'step: is missing: url holds a time; say how often it changes, such as 15min'],
    [
      `url: 'https://x.example/{HHmm}.h5', step: 5min`,
      'url: must say a whole time, year, month, day and what is finer: otherwise it comes again',
    ],
    [`url: 'https://x.example/{yyyyMMddHH}.h5', step: 15min`, 'step: must be whole minutes and at least an hour, the finest time in url'],
    [`url: 'https://x.example/{yyyyMMddHHmm}.h5', step: 90s`, 'step: must be whole minutes and at least a minute, the finest time in url'],
    [`url: 'https://x.example/{yyyyMMddHHmm}.h5', step: 1h, offset: 60min`, 'offset: must be whole minutes and less than step'],
    [
      `url: 'https://x.example/{yyyyMMddHHmm}.h5', step: 3h, delay: 1h`,
      'overlap: must be at least step and delay together: a file is waited for so long',
    ],
    [
      `url: 'https://x.example/{yyyyMMddHHmm}.h5', step: 5min, reach: 30d`,
      'step: makes more than 2000 addresses of reach and overlap; make them shorter',
    ],
    [
      `url: 'https://x.example/{yyyyMMddHHmm}.h5', step: 5min, reach: 1min`,
      'reach: must be at least step: otherwise a file may be passed over between two polls',
    ],
    [`url: 'https://x.example/latest.h5', step: 5min`, 'step: is for an address with a time, such as {yyyyMMddHHmm}; this is one address'],
    [`url: 'https://x.example/radar', match: '*.h5'`, 'url: must end with a slash: it is a folder whose index is read'],
    [
      `url: 'https://x.example/radar/', match: '{when}.h5'`,
      'match: may hold times of yyyy, yy, MM, dd, HH and mm in braces only, such as {yyyy}/{MM}/{dd} or {yyyyMMddHHmm}',
    ],
  ])('say what is wrong with plain addresses: %s', (download, mistake) => {
    expect(mistakesOf(downloaded(download))).toEqual([`sources.live.0.download.${mistake}`]);
  });

  it('are of a weather model where the ladder asks for one, however its folder is filled', () => {
    const wants = (live: string) => {
      const text = yaml(live).replace('sources:', 'forcing: { ladder: [nwp, persistence, zero] }\nsources:');
      return () => readDomainYaml(text, 'domain.yaml');
    };
    expect(wants('    []')).toThrow(
      'forcing.ladder: asks for nwp, but no enabled source under sources.live is of kind nwp-folder; add one',
    );
    expect(wants('    - { id: m, kind: nwp-folder, folder: in }')).not.toThrow();
    const polled = `{ id: m, kind: nwp-folder, folder: in, download: { url: 'https://x.example/{HH}/', match: 'm_{yyyyMMddHH}_*.grib2' } }`;
    expect(wants(`    - ${polled}`)).not.toThrow();
    expect(wants(`    - ${polled.replace('folder: in', 'folder: in, enabled: false')}`)).toThrow('asks for nwp');
  });

  it('keep one way into a folder', () => {
    const both = read(downloaded(`url: 'https://x.example/a.h5'`).replace('download:', `bucket: { url: 'https://b.example' }, download:`));
    expect(checkLiveSources(both, [])).toEqual(['sources.live.0: has bucket and download; keep one']);
  });

  it('may have a folder that a broker fills', () => {
    const broker = (more: string) =>
      `    - { id: a, kind: odim-folder, folder: in, notifications: { url: 'mqtts://b.example', topics: [a/#], ${more} } }`;
    expect(read(broker('client: freshet-here'))[0]!.notifications).toMatchObject({ timeout: 30_000, from: [], credentials: [] });
    expect(mistakesOf(broker(`client: a b, from: ['https://c.example/path']`))).toEqual([
      'sources.live.0.notifications.client: must be up to 64 letters, digits, hyphens and underscores',
      'sources.live.0.notifications.from.0: must be scheme and host without a path, such as https://cache.example.org',
    ]);
    expect(mistakesOf(broker(`client: a, password: p, credentials: [{ query: k, file: f }]`))).toEqual([
      'sources.live.0.notifications.credentials: need exactly one origin under from: they are for nobody else',
      'sources.live.0.notifications.user: is missing: a password needs one',
    ]);
    const both = read(broker('client: a').replace('notifications:', `bucket: { url: 'https://b.example' }, notifications:`));
    expect(checkLiveSources(both, [])).toEqual(['sources.live.0: has bucket and notifications; keep one']);
  });

  it('must be of gauges of the domain, each under its own name, and bring rain once', () => {
    const live = read(`
    - { id: radar, kind: odim-folder, folder: a }
    - { id: radar, kind: netcdf-folder, folder: b }
    - { id: ea, kind: ea, url: 'https://x.example', stations: { G1: '1491TH', G9: '1029TH' } }`);
    expect(checkLiveSources(live, ['G1', 'G2'])).toEqual([
      'sources.live: two sources are called radar',
      'sources.live: radar and radar both bring rain; enable one',
      'sources.live.2.stations: G9 is no gauged station of stations.csv; it has G1, G2',
    ]);
  });
});
