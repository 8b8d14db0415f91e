import type { StreamEvent } from '#contracts';
import type { StationDetail } from './charts/hydrograph-model.js';
import { Refusal, type Client } from './client.js';
import { DISCONNECTED, type Connection } from './connection.js';
import { rankStations, type Situation } from './situation.js';

/** What the page shows. Kept as it was when the line is lost: old and said to be old is better than blank. */
export interface LiveState {
  readonly situation: Situation | null;
  /** The station shown; its detail is null until it has been read. */
  readonly shown: { readonly station: string; readonly detail: StationDetail | null } | null;
  /** Station asked for by the deep link that does not exist. */
  readonly unknownStation: string | null;
  readonly connection: Connection;
}

export interface Live {
  /** Shows this station; null: the most urgent one, and then keeps to it. */
  select(station: string | null): void;
  /** Reads again soon, for instance after an acknowledgement. */
  refresh(): void;
  /** Reads again soon as somebody else, and opens the stream anew once that is not refused. */
  reopen(): void;
  stop(): void;
}

/** Reads at most once in this time, however many cycles a fast replay issues meanwhile. */
const GAP_MS = 1_000;
const POLL_STREAMING_MS = 15_000;
const POLL_MS = 5_000;
const RETRY_MS = 2_000;
/** EventSource.CLOSED: a browser retries a broken stream by itself, but gives up on one that was refused (a proxy's 502). */
const CLOSED = 2;

/** What the parts of following share. */
interface Feed {
  readonly client: Client;
  readonly signal: AbortSignal;
  wanted: string | null;
  state: LiveState;
  change(part: Partial<LiveState>): void;
  connect(part: Partial<Connection>): void;
}

/** Follows the server: a stream says when there is something new, polling stands in where the stream is cut. */
export function followServer(client: Client, openStream: () => EventSource, onChange: (state: LiveState) => void): Live {
  const stopped = new AbortController();
  const bell = createBell();
  const feed = createFeed(client, stopped.signal, onChange);
  let stream: EventSource | null = null;
  const closeStream = (): void => {
    stream?.close();
    stream = null;
  };
  void follow(feed, bell, () => {
    // Whoever is refused gets no stream: it would be refused as well, and again at every reading.
    if (stopped.signal.aborted || feed.state.connection.refused) closeStream();
    else if (stream === null || stream.readyState === CLOSED) stream = listen(openStream(), feed, bell);
  });
  return {
    select: station => {
      feed.wanted = station;
      if (feed.state.situation) void attempt(feed, () => showStation(feed, { keep: false }));
    },
    refresh: () => {
      bell.ring();
    },
    reopen: () => {
      closeStream();
      bell.ring();
    },
    stop: () => {
      stopped.abort();
      closeStream();
      bell.ring();
    },
  };
}

function createFeed(client: Client, signal: AbortSignal, onChange: (state: LiveState) => void): Feed {
  const feed: Feed = {
    client,
    signal,
    wanted: null,
    state: { situation: null, shown: null, unknownStation: null, connection: DISCONNECTED },
    change: part => {
      feed.state = { ...feed.state, ...part };
      if (!signal.aborted) onChange(feed.state);
    },
    connect: part => {
      feed.change({ connection: { ...feed.state.connection, ...part } });
    },
  };
  return feed;
}

async function follow(feed: Feed, bell: Bell, mendStream: () => void): Promise<void> {
  while (!feed.signal.aborted) {
    await readOnce(feed);
    mendStream();
    await sleep(GAP_MS);
    const { failures, streaming } = feed.state.connection;
    const pause = failures > 0 ? RETRY_MS : streaming ? POLL_STREAMING_MS : POLL_MS;
    await bell.wait(pause - GAP_MS);
  }
}

/** Reads everything once. */
const readOnce = (feed: Feed): Promise<void> =>
  attempt(feed, async () => {
    feed.change({ situation: await feed.client.readSituation(feed.signal) });
    await showStation(feed, { keep: true });
  });

/** A reading that succeeds proves the line; one that fails is said, and nothing shown is thrown away. */
async function attempt(feed: Feed, reading: () => Promise<void>): Promise<void> {
  try {
    await reading();
    feed.connect({ failures: 0, lastReplyAt: performance.now(), problem: null, refused: false });
  } catch (error) {
    const refused = error instanceof Refusal && error.status === 401;
    if (refused) feed.change({ situation: null, shown: null });
    feed.connect({ failures: refused ? 0 : feed.state.connection.failures + 1, problem: sayProblem(error), refused });
  }
}

/** Turns to the chosen station at once and reads what its chart needs; an answer that comes after another choice is dropped. */
async function showStation(feed: Feed, { keep }: { readonly keep: boolean }): Promise<void> {
  const { situation, shown } = feed.state;
  if (!situation) return;
  const station = chooseStation(situation, feed.wanted, keep ? (shown?.station ?? null) : null);
  const unknownStation = feed.wanted !== null && station !== feed.wanted ? feed.wanted : null;
  if (station === null) {
    feed.change({ shown: null, unknownStation });
    return;
  }
  feed.change({ unknownStation, shown: shown?.station === station ? shown : { station, detail: null } });
  const detail = await feed.client.readStation(station, feed.signal);
  if (feed.state.shown?.station === station) feed.change({ shown: { station, detail } });
}

/** The wanted station; else the one already shown, so that the chart does not change under the reader; else the most urgent. */
function chooseStation(situation: Situation, wanted: string | null, shown: string | null): string | null {
  const exists = (id: string | null): id is string => id !== null && situation.stations.some(station => station.id === id);
  if (exists(wanted)) return wanted;
  if (exists(shown)) return shown;
  return rankStations(situation)[0]?.station.id ?? null;
}

/** What went wrong, with the server's remedy where it gave one. */
export const sayProblem = (error: unknown): string => {
  if (error instanceof Refusal) return [error.message, error.remedy].filter(Boolean).join(' ');
  return error instanceof Error ? error.message : String(error);
};

function listen(stream: EventSource, feed: Feed, bell: Bell): EventSource {
  stream.addEventListener('open', () => {
    feed.connect({ streaming: true });
  });
  stream.addEventListener('error', () => {
    feed.connect({ streaming: false });
  });
  for (const kind of ['forecast', 'alert', 'clock'] as const) {
    stream.addEventListener(kind, event => {
      hear(JSON.parse(String((event as MessageEvent<unknown>).data)) as StreamEvent, feed, bell);
    });
  }
  return stream;
}

/** The clock is shown at once; anything else is a reason to read again. */
function hear(event: StreamEvent, feed: Feed, bell: Bell): void {
  if (event.kind !== 'clock') bell.ring();
  else if (feed.state.situation) {
    feed.change({ situation: { ...feed.state.situation, now: Date.parse(event.now), replay: event.replay } });
  }
}

interface Bell {
  ring(): void;
  wait(ms: number): Promise<void>;
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Lets the loop wait until something rings or the time is over; a ring while nobody waits is kept. */
function createBell(): Bell {
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
