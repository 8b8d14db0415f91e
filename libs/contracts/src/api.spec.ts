import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import * as api from './api.js';

const schemas = Object.entries<unknown>(api).flatMap(([name, value]) => (value instanceof z.ZodType ? [[name, value] as const] : []));

describe('the /v1 schemas', () => {
  it('convert to JSON Schema, replies as sent and requests as received', () => {
    expect(schemas.length).toBeGreaterThan(40);
    for (const [, schema] of schemas) {
      expect(() => z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' })).not.toThrow();
    }
  });

  it('are registered under the name they are exported by', () => {
    for (const [name, schema] of schemas) {
      const id = z.globalRegistry.get(schema)?.id;
      if (id !== undefined) expect(id).toBe(name);
    }
  });

  it('carry the envelope in every reply', () => {
    const replies = [
      api.BasinList,
      api.StationList,
      api.ObservationList,
      api.Forecast,
      api.AlertList,
      api.DataStatus,
      api.CycleList,
      api.Health,
    ];
    for (const reply of replies) expect(Object.keys(reply.shape)).toEqual(expect.arrayContaining(['runKind', 'marker', 'now']));
  });

  it('mark everything but the live beat as an exercise', () => {
    expect(api.markerOf('scheduled')).toBeNull();
    expect(api.markerOf('replay')).toBe('REPLAY · EXERCISE');
    expect(api.markerOf('hindcast')).toBe('REPLAY · EXERCISE');
  });

  it('read times of a query as UTC and name what is no date', () => {
    expect(api.QueryTime.parse('2014-11-04T15:00')).toBe(Date.UTC(2014, 10, 4, 15));
    expect(api.QueryTime.parse('2014-11-04')).toBe(Date.UTC(2014, 10, 4));
    const result = api.QueryTime.safeParse('yesterday');
    expect(result.error?.issues[0]?.message).toContain('"yesterday" is not a date');
  });

  it('refuse an unknown parameter of a query', () => {
    const result = api.ForecastQuery.safeParse({ issuetime: '2014-11-04' });
    expect(result.error?.issues[0]?.code).toBe('unrecognized_keys');
  });

  it.each(['abc', '1.5'])('refuse %s as a number of rows in plain words', limit => {
    const result = api.ForecastListQuery.safeParse({ limit });
    expect(result.error?.issues[0]?.message).toBe('must be a whole number');
  });
});
