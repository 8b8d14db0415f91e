import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs } from '#hydrology';
import { reject, type RawGaugeValue } from '#observation';
import { News } from './news.js';

const NOW = epochMs(1e12);
const value = (hour: number, discharge: number | null): RawGaugeValue => ({
  ...{ kind: 'gauge', station: 'G', variable: 'Q', unit: 'm3/s', receivedAt: NOW },
  ...{ validTime: epochMs(NOW - hour * HOUR_MS), value: discharge },
});

describe('what is new in an overlapping poll', () => {
  it('passes new and corrected values once, when they were taken', () => {
    const news = new News(24 * HOUR_MS);
    expect(news.values([value(2, 1), value(1, 2), value(1, 2)])).toHaveLength(2);
    news.forget(); // the publication failed
    expect(news.values([value(2, 1), value(1, 2)])).toHaveLength(2);
    news.taken(NOW);
    expect(news.values([value(2, 1), value(1, 2.5), value(0, null)])).toEqual([value(1, 2.5), value(0, null)]);
    news.taken(NOW);
    expect(news.values([value(1, 2)])).toHaveLength(1); // and back again
  });

  it('passes two values of one time once, however long a service goes on contradicting itself', () => {
    const news = new News(24 * HOUR_MS);
    for (const passed of [2, 0, 0]) {
      expect(news.values([value(1, 2), value(1, 3)])).toHaveLength(passed);
      news.taken(NOW);
    }
    expect(news.values([value(1, 3)])).toEqual([]); // the one that came last
    expect(news.values([value(1, 2)])).toHaveLength(1);
  });

  it('names a reject once a day, of many alike the first, and repeats of a service together', () => {
    const news = new News(24 * HOUR_MS);
    const many = Array.from({ length: 30 }, (_, k) => reject('GAUGE_NOT_A_NUMBER', `row ${k}`));
    const repeats = [reject('GAUGE_DUPLICATE', 'row 1'), reject('GAUGE_DUPLICATE', 'row 2')];
    const named = news.rejects([...many, ...repeats], 'a', NOW);
    expect(named.map(({ message }) => message)).toEqual([
      ...Array.from({ length: 20 }, (_, k) => `row ${k}`),
      '10 more rows were refused for the same reason, the last: row 29',
      'row 1',
    ]);
    news.taken(NOW);
    expect(news.rejects([...many, ...repeats], 'a', epochMs(NOW + HOUR_MS))).toEqual([]);
    expect(news.rejects(many, 'a', epochMs(NOW + 25 * HOUR_MS))).toHaveLength(21);
  });
});
