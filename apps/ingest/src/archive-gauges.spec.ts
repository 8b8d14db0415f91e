import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LocalBus, type Message } from '#bus';
import type { LoadedDomain } from '#config';
import { HOUR_MS, epochMs, linksOfGauges, parseIso, type EpochMs } from '#hydrology';
import type { ObservationSource, RawGaugeValue } from '#observation';
import { createLogger } from '#runtime';
import { readJudged } from '#store';
import { loadCance } from '../../../test/setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { archiveGauges } from './archive-gauges.js';
import type { Archive } from './archive.js';
import { collect } from './collect.js';

const FROM = parseIso('2014-10-13T00:00Z');
const RECEIVED = epochMs(parseIso('2015-04-20T00:00Z') + 137); // an odd millisecond

describe('verdicts on gauge values', () => {
  let domain: LoadedDomain;
  let database: TestDatabase;
  let archive: Archive;
  beforeAll(async () => {
    [domain, database] = await Promise.all([loadCance(), openTestDatabase()]);
    const { basin, stations, mesh } = domain;
    const basins = new Map([[String(basin), { basin, stations, links: linksOfGauges(mesh, stations), cellCount: mesh.cellCount }]]);
    archive = { pool: database.pool, basins, runKind: 'scheduled', logger: createLogger('silent') };
  });
  afterAll(() => database.close());
  beforeEach(() => database.pool.query('truncate observation, reject, outbox'));

  const valuesOf = (discharges: readonly number[]): RawGaugeValue[] =>
    discharges.map((value, k) => ({
      ...{ kind: 'gauge', station: 'V3524010', variable: 'Q', unit: 'm3/s', value, receivedAt: RECEIVED },
      validTime: epochMs(FROM + k * HOUR_MS),
    }));
  /** What a source gave, as `collect` puts it into messages. */
  async function messagesOf(values: readonly RawGaugeValue[]): Promise<Message<'obs.gauge.v1'>[]> {
    const bus = new LocalBus();
    const messages: Message<'obs.gauge.v1'>[] = [];
    await bus.subscribe('obs.gauge.v1', 'archive', batch => Promise.resolve(void messages.push(...batch)));
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
    const source: ObservationSource = { id: 'list', poll: async function* () { yield* values; } }; // prettier-ignore
    const gauged = new Set<string>(domain.stations.filter(({ gauged: is }) => is).map(({ id }) => id));
    const collection = { bus, basin: domain.basin, source, sourceIds: { rain: 'radar', gauges: 'gauges' }, stations: gauged };
    await collect(collection, { after: FROM, until: RECEIVED }, new AbortController().signal);
    await bus.close(1000);
    return messages;
  }
  const known = async (asOf: EpochMs) => {
    const query = { basin: domain.basin, variable: 'Q' as const, from: epochMs(FROM - 1), to: RECEIVED, asOf };
    return (await readJudged(database.pool, query)).get('V3524010') ?? [];
  };

  it('know the value after a spike that is the last of its message', async () => {
    const discharges = Array.from({ length: 2500 }, (_, k) => 20 + Math.sin(k));
    discharges[999] = 60;
    const messages = await messagesOf(valuesOf(discharges).reverse());
    expect(messages.map(({ value }) => [value.values.length, value.receivedAt - RECEIVED])).toEqual([
      [1000, 0],
      [1000, 1],
      [500, 2],
    ]);
    for (const message of messages) await archiveGauges(archive, [message]);
    const checksAt = async (asOf: EpochMs) => (await known(asOf))[999]?.flagSource;
    expect(await checksAt(epochMs(RECEIVED - 1))).toBeUndefined();
    expect(await checksAt(RECEIVED)).toBe(''); // its successor had not come
    expect(await checksAt(epochMs(RECEIVED + 1))).toBe('SP');
  });

  it('do not depend on how the rows are cut into messages, the messages into batches, nor on repeats', async () => {
    const river = fc.array(fc.constantFrom(20, 20, 21, 22, 21, 60, 90, 400, 0, 1e6), { minLength: 3, maxLength: 24 });
    const cuts = fc.array(fc.boolean(), { minLength: 24, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(river, cuts, cuts, cuts, async (discharges, pieceEnds, batchEnds, repeats) => {
        await database.pool.query('truncate observation, reject, outbox');
        const [whole] = await messagesOf(valuesOf(discharges));
        await archiveGauges(archive, [whole!]);
        const at = epochMs(RECEIVED + 1000);
        const expected = await known(at);
        await database.pool.query('truncate observation, reject, outbox');
        const pieces = split(whole!.value.values, pieceEnds).map((values, k) => ({
          ...{ key: whole!.key, id: `${whole!.id}/${k}` },
          value: { ...whole!.value, values, receivedAt: epochMs(RECEIVED + k) },
        }));
        for (const [k, batch] of split(pieces, batchEnds).entries()) {
          await archiveGauges(archive, batch);
          if (repeats[k]) await archiveGauges(archive, batch);
        }
        if (repeats[0]) await archiveGauges(archive, pieces); // all of it once more, as after a crash
        expect(await known(at)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('see two receipts of one second apart', async () => {
    const [message] = await messagesOf(valuesOf([20]));
    const again = (value: number, late: number) => ({
      ...{ key: message!.key, id: `again/${late}` },
      value: { ...message!.value, receivedAt: epochMs(RECEIVED + late), values: message!.value.values.map(one => ({ ...one, value })) },
    });
    await archiveGauges(archive, [message!]);
    await archiveGauges(archive, [again(21, 300)]);
    await archiveGauges(archive, [again(22, 600)]);
    const at = async (late: number) => (await known(epochMs(RECEIVED + late)))[0]?.value;
    expect(await Promise.all([-1, 0, 299, 300, 599, 600].map(at))).toEqual([undefined, 20, 20, 21, 21, 22]);
  });
});

/** Cut after each element whose place says so. */
function split<T>(all: readonly T[], ends: readonly boolean[]): T[][] {
  const parts: T[][] = [[]];
  for (const [k, one] of all.entries()) {
    parts.at(-1)!.push(one);
    if (ends[k] === true && k < all.length - 1) parts.push([]);
  }
  return parts;
}
