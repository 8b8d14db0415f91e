import { HOUR_MS, floorTo, type EpochMs, type GaugeLink, type QualityFlag } from '#hydrology';
import { checkDatum } from './datum.js';
import { checkDischarge } from './check-discharge.js';
import { checkFreshness } from './freshness.js';
import type { QcLimits } from './limits.js';
import { checkRange } from './range.js';
import { findInconsistent } from './spatial.js';
import { checkSpike } from './spike.js';
import { StationHistory } from './station-history.js';
import { UNRELIABLE, isSettled, qualityOf, sourcesOf, type Candidate, type FlagSource, type KnownValue, type Quality } from './verdict.js';

/** The gauges of a basin: what is plausible at each, and which lies below which. */
export interface GaugeNetwork {
  readonly gauges: ReadonlyMap<string, QcLimits>;
  readonly links: readonly GaugeLink[];
}

/** A discharge judged otherwise than before, since a value beside it has come. */
export interface Revised extends KnownValue, Quality {
  readonly station: string;
  readonly flag: QualityFlag;
  readonly flagSource: string;
}

/**
 * Judges the values of a basin's gauges, one after the other, by what has been given to it before: history, values, verdicts.
 * A value may change the verdict on the one before it and on the one after it: whether a value is a spike is seen when the next one has come.
 */
export class GaugeJudge {
  readonly #discharges = new Map<string, StationHistory>();
  readonly #stages = new Map<string, StationHistory>();

  constructor(readonly network: GaugeNetwork) {}

  /** What is known of a station's discharge. */
  discharge(station: string): StationHistory {
    return historyIn(this.#discharges, station);
  }

  /** What is known of a station's stage. */
  stage(station: string): StationHistory {
    return historyIn(this.#stages, station);
  }

  /** Takes what is known of a station and was judged before. */
  know(variable: 'Q' | 'H', station: string, values: KnownValue[]): void {
    (variable === 'Q' ? this.#discharges : this.#stages).set(station, new StationHistory(values));
  }

  /**
   * The quality of a discharge, and the values beside it that are judged otherwise from now on.
   * @param origin flag sources that say how it came to be: by a rating curve, of a doubtful stage
   * @param settled a flag that stands whatever the checks say
   */
  judgeDischarge(
    station: string,
    candidate: Candidate,
    origin: readonly string[] = [],
    settled?: QualityFlag,
  ): { readonly quality: Quality; readonly revised: readonly Revised[] } {
    const limits = this.network.gauges.get(station)!;
    const history = this.discharge(station);
    const { validTime, value } = candidate;
    const possible = checkFreshness(candidate) === null && checkRange(value, limits)?.flag !== UNRELIABLE;
    const before = possible ? history.before(validTime, isPossible) : undefined;
    const revised = before === undefined ? [] : this.#judgeSpike(station, before, candidate);
    const checked = checkDischarge(candidate, history.without(validTime), limits); // a correction is not compared with itself
    const after = history.after(validTime, isPossible);
    const spike = after !== undefined && possible && isSpike(candidate, history, after, limits);
    const found = qualityOf([...sourcesOf(checked.flagSource), ...(spike ? ['SP'] : []), ...origin]);
    const quality = settled === undefined ? found : { flag: settled, flagSource: '' };
    history.add({ validTime, value, ...quality });
    const beyond = after && history.after(after.validTime, isPossible);
    if (after !== undefined && beyond !== undefined) revised.push(...this.#judgeSpike(station, after, beyond));
    return { quality, revised };
  }

  /** The quality of a stage, which only its datum is checked of: what range it has is the affair of the gauge. */
  judgeStage(station: string, candidate: Candidate): Quality {
    const limits = this.network.gauges.get(station)!;
    const { validTime, value } = candidate;
    const moving = { discharge: this.discharge(station), neighbours: this.#neighboursOf(station) };
    const finding = limits.off.includes('DS') ? null : checkDatum(candidate, this.stage(station), limits, moving);
    const quality = qualityOf(finding === null ? [] : [finding.source]);
    this.stage(station).add({ validTime, value, ...quality });
    return quality;
  }

  /**
   * The discharges that contradict the gauges above and below, of those just judged. Volumes change slowly: they are weighed up to the full
   * hour before each value.
   */
  doubtNetwork(judged: readonly { readonly station: string; readonly validTime: EpochMs }[]): Revised[] {
    if (this.network.links.length === 0) return [];
    const byHour = new Map<EpochMs, Set<string>>();
    return judged.flatMap(({ station, validTime }) => {
      const hour = floorTo(validTime, HOUR_MS);
      const inconsistent = byHour.get(hour) ?? findInconsistent(this.network.links, one => this.#spatialOf(one), hour);
      byHour.set(hour, inconsistent);
      const known = inconsistent.has(station) ? this.discharge(station).at(validTime) : undefined;
      return known === undefined ? [] : this.#mark(station, known, 'SH', true);
    });
  }

  #spatialOf(station: string) {
    const limits = this.network.gauges.get(station);
    return limits && { history: this.discharge(station), volumeFactor: limits.volumeFactor };
  }

  #neighboursOf(station: string): StationHistory[] {
    return this.network.links.flatMap(({ upstream, downstream }) => {
      if (upstream.station === station) return [this.discharge(downstream.station)];
      return downstream.station === station ? [this.discharge(upstream.station)] : [];
    });
  }

  #judgeSpike(station: string, known: KnownValue, after: Pick<KnownValue, 'validTime' | 'value'>): Revised[] {
    return this.#mark(station, known, 'SP', isSpike(known, this.discharge(station), after, this.network.gauges.get(station)!));
  }

  /** Adds what a check found, or takes it back; nothing where that is known already, or settled. */
  #mark(station: string, known: KnownValue, source: FlagSource, found: boolean): Revised[] {
    const sources = sourcesOf(known.flagSource);
    if (sources.includes(source) === found || isSettled(known.flag)) return [];
    if (found && this.network.gauges.get(station)!.off.includes(source)) return [];
    const quality = qualityOf(found ? [...sources, source] : sources.filter(one => one !== source));
    const { validTime, value } = known;
    this.discharge(station).add({ validTime, value, ...quality });
    return [{ station, validTime, value, ...quality }];
  }
}

const isPossible = ({ flag }: KnownValue): boolean => flag < UNRELIABLE;

const isSpike = (value: Pick<KnownValue, 'validTime' | 'value'>, history: StationHistory, after: typeof value, limits: QcLimits): boolean =>
  !limits.off.includes('SP') && checkSpike(value, history.values, after, limits) !== null;

function historyIn(histories: Map<string, StationHistory>, station: string): StationHistory {
  const found = histories.get(station) ?? new StationHistory();
  histories.set(station, found);
  return found;
}
