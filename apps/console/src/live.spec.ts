import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StationView } from '#contracts';
import type { StationDetail } from './charts/hydrograph-model.js';
import type { Client } from './client.js';
import { Refusal } from './client.js';
import { followServer, type Live, type LiveState } from './live.js';
import type { Situation } from './situation.js';

const DETAIL: StationDetail = { forecast: null, earlier: [], observations: [], verdicts: [] };
const QUIET = { level: null, observed: null, forecast: null, stale: false, acknowledged: false };
const station = (id: string, areaKm2: number): StationView =>
  ({ id, areaKm2, gauged: false, forecast: null, observed: null, alert: QUIET }) as unknown as StationView;
const SITUATION = {
  now: 0,
  replay: null,
  stations: [station('V1', 10), station('V2', 300)],
  inputs: [],
  alerts: [],
} as unknown as Situation;

/** The part of an EventSource that the console uses. */
class FakeStream {
  readonly listeners = new Map<string, (event: { data: string }) => void>();
  closed = false;
  readyState = 1;
  addEventListener(kind: string, listener: (event: { data: string }) => void): void {
    this.listeners.set(kind, listener);
  }
  tell(kind: string, data: unknown): void {
    this.listeners.get(kind)?.({ data: JSON.stringify(data) });
  }
  close(): void {
    this.closed = true;
  }
}

describe('following the server', () => {
  let stream: FakeStream;
  let opened: number;
  let state: LiveState;
  let live: Live;
  const readSituation = jest.fn<Client['readSituation']>();
  const readStation = jest.fn<Client['readStation']>();

  const start = (): void => {
    const client = { readSituation, readStation } as unknown as Client;
    live = followServer(
      client,
      () => {
        opened++;
        return stream as unknown as EventSource;
      },
      changed => {
        state = changed;
      },
    );
  };

  beforeEach(() => {
    jest.useFakeTimers();
    stream = new FakeStream();
    opened = 0;
    readSituation.mockReset().mockResolvedValue(SITUATION);
    readStation.mockReset().mockResolvedValue(DETAIL);
  });
  afterEach(() => {
    live.stop();
    jest.useRealTimers();
  });

  it('shows the most urgent station first and keeps to it', async () => {
    start();
    await jest.advanceTimersByTimeAsync(10);
    expect(state.shown).toEqual({ station: 'V2', detail: DETAIL });
    readSituation.mockResolvedValue({ ...SITUATION, stations: [station('V1', 999), station('V2', 300)] });
    live.refresh();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(state.shown?.station).toBe('V2');
  });

  it('turns to a chosen station at once, before its chart is read, and drops what comes too late', async () => {
    start();
    await jest.advanceTimersByTimeAsync(10);
    let answer: (detail: StationDetail) => void = () => undefined;
    readStation.mockImplementationOnce(() => new Promise(resolve => (answer = resolve)));
    live.select('V1');
    expect(state.shown).toEqual({ station: 'V1', detail: null });
    live.select('V2');
    answer(DETAIL);
    await jest.advanceTimersByTimeAsync(10);
    expect(state.shown).toEqual({ station: 'V2', detail: DETAIL });
  });

  it('names a station that does not exist and shows another', async () => {
    start();
    live.select('NOWHERE');
    await jest.advanceTimersByTimeAsync(10);
    expect(state).toMatchObject({ unknownStation: 'NOWHERE', shown: { station: 'V2' } });
  });

  it('reads again when the stream tells of a forecast or an alert, at most once a second', async () => {
    start();
    await jest.advanceTimersByTimeAsync(10);
    for (let k = 0; k < 20; k++) stream.tell('forecast', { kind: 'forecast' });
    await jest.advanceTimersByTimeAsync(1_500);
    expect(readSituation).toHaveBeenCalledTimes(2);
    stream.tell('alert', { kind: 'alert' });
    await jest.advanceTimersByTimeAsync(1_500);
    expect(readSituation).toHaveBeenCalledTimes(3);
  });

  it('moves the clock without reading', async () => {
    start();
    await jest.advanceTimersByTimeAsync(10);
    stream.tell('clock', { kind: 'clock', now: '2014-11-04T13:15:00Z', replay: null });
    expect(state.situation?.now).toBe(Date.parse('2014-11-04T13:15:00Z'));
    expect(readSituation).toHaveBeenCalledTimes(1);
  });

  it('polls every 5 s without the stream and every 15 s with it', async () => {
    start();
    stream.tell('error', {});
    await jest.advanceTimersByTimeAsync(11_000);
    expect(readSituation).toHaveBeenCalledTimes(3);
    stream.tell('open', {});
    await jest.advanceTimersByTimeAsync(5_000);
    readSituation.mockClear();
    await jest.advanceTimersByTimeAsync(30_000);
    expect(readSituation).toHaveBeenCalledTimes(2);
  });

  it('opens the stream anew where the browser gave up on it', async () => {
    start();
    await jest.advanceTimersByTimeAsync(10);
    const refused = stream;
    refused.tell('error', {});
    refused.readyState = 2;
    stream = new FakeStream();
    await jest.advanceTimersByTimeAsync(6_000);
    stream.tell('open', {});
    expect(state.connection.streaming).toBe(true);
  });

  it('opens no stream for whoever is refused, and closes the one that somebody else left', async () => {
    readSituation.mockRejectedValue(new Refusal(401, 'This system needs a key.', 'Sign in.'));
    start();
    await jest.advanceTimersByTimeAsync(20_000);
    expect(opened).toBe(0);
    readSituation.mockResolvedValue(SITUATION);
    live.reopen();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(opened).toBe(1);
    readSituation.mockRejectedValue(new Refusal(401, 'The key has ended.', 'Sign in.'));
    live.refresh();
    await jest.advanceTimersByTimeAsync(20_000);
    expect(stream.closed).toBe(true);
    expect(opened).toBe(1);
  });

  it('keeps what is shown when the server fails, says why, and recovers', async () => {
    start();
    await jest.advanceTimersByTimeAsync(10);
    readSituation.mockRejectedValueOnce(new Refusal(503, 'The database does not answer.', 'Look at the log.'));
    live.refresh();
    await jest.advanceTimersByTimeAsync(1_200);
    expect(state.connection).toMatchObject({ failures: 1, problem: 'The database does not answer. Look at the log.' });
    expect(state.shown?.detail).toBe(DETAIL);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(state.connection).toMatchObject({ failures: 0, problem: null });
  });

  it('stops asking when stopped', async () => {
    start();
    await jest.advanceTimersByTimeAsync(10);
    live.stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(stream.closed).toBe(true);
    expect(readSituation).toHaveBeenCalledTimes(1);
  });
});
