import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createClient, Refusal } from './client.js';

const signal = new AbortController().signal;
const reply = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });

/** Answers by the end of the path, and remembers what was asked. */
function answerWith(bodies: Readonly<Record<string, () => Response>>): string[] {
  const asked: string[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation(async input => {
    const url = input as string;
    asked.push(url);
    const [, make] = Object.entries(bodies).find(([path]) => url.endsWith(path)) ?? [];
    return Promise.resolve(make?.() ?? reply({ detail: `${url} is not here`, remedy: 'Look elsewhere.' }, 404));
  });
  return asked;
}

const SITUATION = {
  '/basins': () => reply({ basins: [{ id: 'cance' }] }),
  '/map': () => reply({ basin: 'cance' }),
  '/stations?basin=cance': () => reply({ now: '2014-11-04T13:15:00Z', runKind: 'replay', marker: 'REPLAY · EXERCISE', stations: [] }),
  '/alerts?basin=cance': () => reply({ alerts: [] }),
  '/data-status?basin=cance': () => reply({ inputs: [] }),
  '/replay': () => reply({ replay: null }),
};

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the client of /v1', () => {
  it('reads the map once and everything else every time', async () => {
    const asked = answerWith(SITUATION);
    const client = createClient('v1/');
    const situation = await client.readSituation(signal);
    expect(situation).toMatchObject({ marker: 'REPLAY · EXERCISE', now: Date.parse('2014-11-04T13:15:00Z') });
    await client.readSituation(signal);
    expect(asked.filter(url => url.endsWith('/map'))).toHaveLength(1);
    expect(asked.filter(url => url.endsWith('/data-status?basin=cance'))).toHaveLength(2);
  });

  it('takes "no forecast yet" as an answer and other refusals as failures', async () => {
    answerWith({ '/observations': () => reply({ values: [] }), '/verdicts': () => reply({ verdicts: [] }) });
    await expect(createClient('v1/').readStation('V1', signal)).resolves.toEqual({
      forecast: null,
      earlier: [],
      observations: [],
      verdicts: [],
    });
    answerWith({ '/forecast': () => reply({ detail: 'The database does not answer.', remedy: 'Wait.' }, 503) });
    await expect(createClient('v1/').readStation('V1', signal)).rejects.toThrow('The database does not answer.');
  });

  it('reads an earlier forecast once: published ones never change', async () => {
    const at = (hour: number): string => `2014-11-04T${String(hour).padStart(2, '0')}:00:00Z`;
    const issued = [13, 12, 10, 7].map(hour => ({ issueTime: at(hour) }));
    const asked = answerWith({
      '/forecast': () => reply({ issueTime: at(13), values: [] }),
      '/forecasts?limit=60': () => reply({ forecasts: issued }),
      ...Object.fromEntries([12, 10, 7].map(hour => [encodeURIComponent(at(hour)), () => reply({ issueTime: at(hour) })])),
      Z: () => reply({ values: [] }),
    });
    const client = createClient('v1/');
    const { earlier } = await client.readStation('V1', signal);
    expect(earlier.map(one => one.issueTime)).toEqual([at(12), at(10), at(7)]);
    await client.readStation('V1', signal);
    expect(asked.filter(url => url.includes('issueTime='))).toHaveLength(3);
  });

  it('signs an acknowledgement with the operator’s name and a note, and escapes the alert’s id', async () => {
    const asked = answerWith({ acknowledge: () => reply({}) });
    await createClient('v1/').acknowledge('cance/V1/Q/forecast/red', { operator: 'M. Durand', note: 'calling the mayor' });
    expect(asked).toEqual(['v1/alerts/cance%2FV1%2FQ%2Fforecast%2Fred/acknowledge']);
    const [, init] = jest.mocked(fetch).mock.calls[0] ?? [];
    expect(init).toMatchObject({ method: 'POST', body: '{"operator":"M. Durand","note":"calling the mayor"}' });
  });

  it('gives the server’s words, also where it answers no JSON', async () => {
    answerWith({ pause: () => new Response('bad gateway', { status: 502, statusText: 'Bad Gateway' }) });
    const refusal: unknown = await createClient('v1/')
      .pause()
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ status: 502, message: '502 Bad Gateway from v1/replay/pause' });
  });
});
