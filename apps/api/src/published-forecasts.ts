import type { EpochMs } from '#hydrology';
import { readForecast, type Pool, type ReadScope, type StoredForecast } from '#store';

/** About 60 kB each. */
const MOST = 500;

/** One forecast of a station. */
export interface ForecastName extends ReadScope {
  readonly station: string;
  readonly issueTime: EpochMs;
}

/**
 * The forecasts that were asked for last. What is published is never overwritten, so what was read once need not be read
 * again; which one is the newest is asked of the database every time. Many who ask for one at the same moment wait for one read.
 */
export class PublishedForecasts {
  /** In the order of their last use. */
  readonly #kept = new Map<string, Promise<StoredForecast | null>>();

  /** Null when there is none, or when it was issued after `asOf`. */
  async read(pool: Pool, name: ForecastName): Promise<StoredForecast | null> {
    const key = `${name.runKind}/${name.station}/${name.issueTime}`;
    const kept = this.#kept.get(key);
    const stored = await (kept === undefined ? this.#fetch(pool, key, name) : this.#use(key, kept));
    return stored !== null && stored.cutOff <= name.asOf ? stored : null;
  }

  #use(key: string, kept: Promise<StoredForecast | null>): Promise<StoredForecast | null> {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept;
  }

  #fetch(pool: Pool, key: string, name: ForecastName): Promise<StoredForecast | null> {
    const forget = (): null => {
      this.#kept.delete(key);
      return null;
    };
    const reading = readForecast(pool, name).then(stored => stored ?? forget()); // not yet there is not never
    reading.catch(forget);
    this.#kept.set(key, reading);
    if (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value!);
    return reading;
  }
}
