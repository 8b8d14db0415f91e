import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

interface MetricText {
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Every number that Prometheus gets from Freshet, beside those of the process itself (`process_…`, `nodejs_…`).
 * docs/reference/metrics.md lists the same and a test compares them. Basin, station, topic and group are few; nothing
 * with a time or an id of a message in it may become a label.
 */
export const METRICS = {
  freshet_cycle_age_seconds: { help: 'Age of the newest issued forecast by the clock of the run', labels: ['basin'] },
  freshet_cycle_open: { help: 'Cycles due or being computed', labels: ['basin'] },
  freshet_cycle_aborted_24h: { help: 'Cycles aborted among those issued in the last 24 h', labels: ['basin'] },
  freshet_cycle_degraded_24h: { help: 'Cycles degraded among those issued in the last 24 h', labels: ['basin'] },
  freshet_cycle_compute_seconds: { help: 'Time the newest cycle was computed', labels: ['basin'] },
  freshet_feed_failures: { help: 'Polls of a live source that failed in a row', labels: ['basin', 'source'] },
  freshet_feed_stalled: { help: 'Inputs of a live source that are older than they usually get', labels: ['basin', 'source'] },
  freshet_feed_filtered_cells: {
    help: 'Cells (of `spokes`: rays) that a filter of rain took out of the files of the last poll that brought some',
    labels: ['basin', 'source', 'filter'],
  },
  freshet_input_age_seconds: {
    help: 'Age of the newest value of rain, a rain gauge or a station, of the last week',
    labels: ['basin', 'input'],
  },
  freshet_rain_factor: {
    help: 'Factor by which rain gauges adjusted the newest radar of the newest cycle of a day; where a domain adjusts',
    labels: ['basin'],
  },
  freshet_rain_factor_gauges: { help: 'Rain gauges it rests on; 0: the radar is as measured', labels: ['basin'] },
  freshet_reject_24h: { help: 'Values refused in the last 24 h', labels: ['basin', 'code'] },
  freshet_alert_standing: { help: 'Alerts raised, easing or stale', labels: ['basin', 'basis', 'level', 'phase'] },
  freshet_outbox_waiting: { help: 'Messages committed and not yet published', labels: [] },
  freshet_bus_lag_messages: { help: 'Messages published and not yet handled by a group', labels: ['topic', 'group'] },
  freshet_store_up: { help: '1 when the database answered this scrape', labels: [] },
  freshet_bus_up: { help: '1 when the brokers answered this scrape', labels: [] },
} as const satisfies Readonly<Record<string, MetricText>>;

export type MetricName = keyof typeof METRICS;

/** One value with its labels. */
export interface Sample {
  readonly name: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What one process tells Prometheus: itself, and what `sample` reads at each scrape. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #gauges: ReadonlyMap<MetricName, Gauge>;

  constructor(readonly sample: () => Promise<readonly Sample[]>) {
    collectDefaultMetrics({ register: this.#registry });
    const gauge = ([name, { help, labels }]: [string, MetricText]): [MetricName, Gauge] => [
      name as MetricName,
      new Gauge({ name, help, labelNames: [...labels], registers: [this.#registry] }),
    ];
    this.#gauges = new Map(Object.entries(METRICS).map(gauge));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text of one scrape. */
  async text(): Promise<string> {
    const samples = await this.sample();
    for (const gauge of this.#gauges.values()) gauge.reset(); // a basin that is gone leaves no number behind
    for (const { name, labels, value } of samples) this.#gauges.get(name)!.set(labels, value);
    return this.#registry.metrics();
  }
}
