import type { StreamEvent } from '#contracts';
import type { StationDetail } from './charts/hydrograph-model.js';
import { Refusal, type Client } from './client.js';
import { DISCONNECTED, type Connection } from './connection.js';
import { rankStations, type Situation } from './situation.js';

/** What the page shows. Kept as it was when the line is lost: old and said to be old is better than blank. */
export interface LiveState {
  readonly situation: Situation | null;
  readonly shown: { readonly station: string; readonly detail: StationDetail } | null;
  /** Station asked for by the deep link that does not exist. */
  readonly unknownStation: string | null;
  readonly connection: Connection;
}

export interface Live {
  /** Shows this station; null: the most urgent one, and then keeps to it. */
  select(station: string | null): void;
  /** Reads again soon, for instance after an acknowledgement. */
  refresh(): void;
  stop(): void;
}

/** Reads at most once in this time, however many cycles a fast replay issues meanwhile. */
const GAP_MS = 1_000;
const POLL_STREAMING_MS = 15_000;
const POLL_MS = 5_000;
const RETRY_MS = 2_000;

/** Follows the server: a stream says when there is something new, polling stands in where the stream is cut. */
export function followServer(client: Client, openStream: () => EventSource, onChange: (state: LiveState) => void): Live {
  const stopped = new AbortController();
  const bell = createBell();
  let wanted: string | null = null;
  let state: LiveState = { situation: null, shown: null, unknownStation: null, connection: DISCONNECTED };

  const change = (part: Partial<LiveState>): void => {
    state = { ...state, ...part };
    if (!stopped.signal.aborted) onChange(state);
  };
  const connect = (part: Partial<Connection>): void => {
    change({ connection: { ...state.connection, ...part } });
  };

  const stream = openStream();
  listen(stream, {
    opened: () => {
      connect({ streaming: true });
    },
    cut: () => {
      connect({ streaming: false });
    },
    heard: event => {
      if (event.kind === 'clock' && state.situation) {
        change({ situation: { ...state.situation, now: Date.parse(event.now), replay: event.replay } });
      }
      if (event.kind !== 'clock') bell.ring();
    },
  });

  const readOnce = async (): Promise<void> => {
    try {
      const situation = await client.readSituation(stopped.signal);
      const station = chooseStation(situation, wanted, state.shown?.station ?? null);
      const unknownStation = wanted !== null && station !== wanted ? wanted : null;
      change({ situation, unknownStation, ...(state.shown?.station === station ? {} : { shown: null }) });
      if (station !== null) change({ shown: { station, detail: await client.readStation(station, stopped.signal) } });
      connect({ failures: 0, lastReplyAt: performance.now(), problem: null });
    } catch (error) {
      connect({ failures: state.connection.failures + 1, problem: sayProblem(error) });
    }
  };

  const follow = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await readOnce();
      await sleep(GAP_MS);
      const pause = state.connection.failures > 0 ? RETRY_MS : state.connection.streaming ? POLL_STREAMING_MS : POLL_MS;
      await bell.wait(pause - GAP_MS);
    }
  };
  void follow();

  return {
    select: station => {
      wanted = station;
      bell.ring();
    },
    refresh: () => {
      bell.ring();
    },
    stop: () => {
      stopped.abort();
      stream.close();
      bell.ring();
    },
  };
}

/** The wanted station; else the one already shown, so that the chart does not change under the reader; else the most urgent. */
function chooseStation(situation: Situation, wanted: string | null, shown: string | null): string | null {
  const exists = (id: string | null): id is string => id !== null && situation.stations.some(station => station.id === id);
  if (exists(wanted)) return wanted;
  if (exists(shown)) return shown;
  return rankStations(situation)[0]?.station.id ?? null;
}

const sayProblem = (error: unknown): string => {
  if (error instanceof Refusal) return [error.message, error.remedy].filter(Boolean).join(' ');
  return error instanceof Error ? error.message : String(error);
};

interface StreamEars {
  readonly opened: () => void;
  readonly cut: () => void;
  readonly heard: (event: StreamEvent) => void;
}

function listen(stream: EventSource, ears: StreamEars): void {
  stream.addEventListener('open', ears.opened);
  stream.addEventListener('error', ears.cut);
  for (const kind of ['forecast', 'alert', 'clock'] as const) {
    stream.addEventListener(kind, event => {
      ears.heard(JSON.parse(String((event as MessageEvent<unknown>).data)) as StreamEvent);
    });
  }
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Lets the loop wait until something rings or the time is over; a ring while nobody waits is kept. */
function createBell(): { ring(): void; wait(ms: number): Promise<void> } {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async ms => {
      if (!rung) {
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = null;
      rung = false;
    },
  };
}
