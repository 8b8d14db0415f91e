import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseIso } from '#hydrology';
import type { Pool } from './connect.js';
import { keepHouse } from './keep-house.js';

export interface HouseUnderTest {
  readonly pool: Pool;
  close(): Promise<void>;
}

/** What housekeeping promises on every database that does not keep itself. */
export function describeHouseKeeping(name: string, open: () => Promise<HouseUnderTest>): void {
  describe(`housekeeping: ${name}`, () => {
    let house: HouseUnderTest;
    beforeAll(async () => {
      house = await open();
    });
    afterAll(() => house.close());
    const observe = (time: string, revision: number, received: string, [value, flag = 0]: [number | null, number?]) =>
      house.pool.query(`insert into observation values ('cance', 'V1', 'Q', $1, $2, $3, $4, $5, '', 'x')`, [
        time,
        revision,
        received,
        value,
        flag,
      ]);
    const hours = async () =>
      (await house.pool.query<object>('select hour, mean, low, high, count from observation_hourly order by hour')).rows;

    it('rolls up what was received, and again what is corrected or late', async () => {
      await observe('2014-11-03T05:00Z', 0, '2014-11-03T05:20Z', [10]);
      await observe('2014-11-03T05:30Z', 0, '2014-11-03T05:50Z', [20]);
      await observe('2014-11-03T06:00Z', 0, '2014-11-03T06:20Z', [5, 6]); // unreliable
      await keepHouse(house.pool, parseIso('2014-11-03T07:00Z'));
      const [five, six] = [parseIso('2014-11-03T05:00Z'), parseIso('2014-11-03T06:00Z')];
      expect(await hours()).toEqual([{ hour: five, mean: 15, low: 10, high: 20, count: 2 }]);
      await observe('2014-11-03T05:30Z', 1, '2014-11-03T09:00Z', [40]);
      await observe('2014-11-03T06:30Z', 0, '2014-11-03T09:00Z', [7]);
      await keepHouse(house.pool, parseIso('2014-11-03T10:00Z'));
      expect(await hours()).toEqual([
        { hour: five, mean: 25, low: 10, high: 40, count: 2 },
        { hour: six, mean: 7, low: 7, high: 7, count: 1 },
      ]);
      await observe('2014-11-03T06:30Z', 1, '2014-11-03T11:00Z', [null]); // corrected away
      await keepHouse(house.pool, parseIso('2014-11-03T12:00Z'));
      expect(await hours()).toHaveLength(1);
    });

    it('takes a month of values again without comparing each with each', async () => {
      await house.pool.query(
        `insert into observation select 'cance', 'S' || s, 'Q', t, 0, t + interval '10 min', 1, 0, '', 'x'
         from generate_series(1, 4) s, generate_series('2014-09-01T00:05Z'::timestamptz, '2014-10-02T06:00Z', interval '5 min') t`,
      );
      const now = parseIso('2014-11-03T13:00Z');
      await house.pool.query('delete from roll_up');
      await keepHouse(house.pool, now);
      await house.pool.query('delete from roll_up');
      const begun = performance.now();
      expect((await keepHouse(house.pool, now))!.hours).toBeGreaterThan(4 * 31 * 24);
      expect(performance.now() - begun).toBeLessThan(3000); // .1 s; it took 9
      await house.pool.query(`delete from observation where station like 'S%'`);
    });

    it('drops grids older than two years and keeps observations for ever', async () => {
      const grid = (time: string) =>
        house.pool.query(`insert into rain_grid values ('cance', 'radar', $1, 0, 3600, $1, '', 1, 0, '')`, [time]);
      for (const time of ['2012-01-01', '2014-11-03']) await grid(time);
      await observe('2010-01-01', 0, '2010-01-01', [1]);
      const kept = await keepHouse(house.pool, parseIso('2014-11-04'));
      expect(kept!.dropped).toEqual(['rain_grid']);
      expect((await house.pool.query('select from rain_grid')).rowCount).toBe(1);
      expect((await house.pool.query(`select from observation where valid_time < '2011-01-01'`)).rowCount).toBe(1);
    });
  });
}
