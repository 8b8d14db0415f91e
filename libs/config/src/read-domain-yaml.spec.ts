import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isFault } from '#errors';
import { structureNames } from '#kernel';
import { readDomainYaml } from './read-domain-yaml.js';

const CANCE = import.meta.resolve('#domains/cance/domain.yaml');
const GOLDEN = new URL('../../../test/golden/config/', CANCE);
const names = readdirSync(GOLDEN).flatMap(file => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : []));

const messageOf = (text: string): string => {
  try {
    readDomainYaml(text, 'domain.yaml');
  } catch (error) {
    if (isFault(error) && error.code === 'DOMAIN_INVALID') return error.message;
    throw error;
  }
  return 'accepted';
};

describe('readDomainYaml', () => {
  it('reads the committed domain with durations in milliseconds', () => {
    const domain = readDomainYaml(readFileSync(new URL(CANCE), 'utf8'), 'domain.yaml');
    expect(domain.sources.gauges.latency).toBe(20 * 60_000);
    expect(domain.sources.radar.latency).toBe(15 * 60_000);
    expect(domain.forecast).toEqual({ step: 900_000, lead: 86_400_000, cutOff: 240_000, lateAfter: 600_000 });
    expect(domain.alerts).toMatchObject({ raiseProbability: 0.5, clearProbability: 0.3, cycles: 2, hysteresis: 0.1 });
  });

  it('fills in the defaults of every section that may be left out', () => {
    const text = `
basin: small
name: Small
mesh: { flowDirection: d8.tif, epsg: 2154 }
stations: stations.csv
thresholds: thresholds.csv
record: { rain: rain.nc, pet: pet.nc, discharge: discharge.nc }
sources: { radar: { id: radar, latency: 15min }, gauges: { id: gauges, latency: 20min } }
`;
    const { assimilation, forecast, forcing, alerts, model } = readDomainYaml(text, 'domain.yaml');
    expect(assimilation).toMatchObject({ window: 86_400_000, rainBlock: 21_600_000, maxIterations: 15, holdOut: 7_200_000 });
    expect([forecast.step, forcing.persistenceFade, alerts.cycles, model.routing]).toEqual([900_000, 3_600_000, 2, undefined]);
  });

  it.each(names)('says what is wrong: %s', name => {
    const expected = readFileSync(new URL(`${name}.txt`, GOLDEN), 'utf8')
      .trimEnd()
      .replace('{structures}', structureNames().join(', '));
    expect(messageOf(readFileSync(new URL(`${name}.yaml`, GOLDEN), 'utf8'))).toBe(expected);
  });

  it('has an example of a bad file for every kind of mistake', () => {
    expect(names.length).toBeGreaterThanOrEqual(15);
  });
});
