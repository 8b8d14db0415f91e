import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Forecast, ForecastList, ForecastListQuery, ForecastQuery } from '#contracts';
import { Fault } from '#errors';
import { HOUR_MS, toIso, toIsoExact, type EpochMs } from '#hydrology';
import { readForecastBriefs, readLatestIssueTime, type StoredExceedance } from '#store';
import { InjectContext, asOfOf, envelopeOf, scopeOf, stationOf, type ApiContext } from './api-context.js';
import { ApiProblems } from './api-problems.js';
import { CsvRows } from './csv.interceptor.js';
import { JointReading } from './joint-reading.js';
import { PublishedForecasts } from './published-forecasts.js';

@ApiTags('forecasts')
@ApiProblems()
@Controller('v1/stations/:station')
export class ForecastsController {
  readonly #published = new PublishedForecasts();
  /** By basin: what nearly everybody asks for. */
  readonly #newest = new Map<string, JointReading<EpochMs | null>>();

  constructor(@InjectContext() private readonly context: ApiContext) {}

  @Get('forecast')
  @CsvRows('values')
  @ApiOperation({ summary: 'The latest forecast, or the one of an issue time; with asOf the one that was the latest then' })
  @ApiOkResponse({ standardSchema: Forecast })
  async one(@Param('station') id: string, @Query({ schema: ForecastQuery }) query: ForecastQuery): Promise<Forecast> {
    const { domain, station } = stationOf(this.context, id);
    const { pool } = this.context;
    const scope = () => scopeOf(this.context, domain.basin, asOfOf(this.context, query.asOf)); // the present goes on meanwhile
    const read = (issueTime: EpochMs | null) =>
      issueTime === null ? null : this.#published.read(pool, { ...scope(), station: id, issueTime });
    const newest = query.asOf === undefined ? this.#newestOf(domain.basin).ask() : readLatestIssueTime(pool, scope());
    const [latest, stored] = await Promise.all([newest, query.issueTime === undefined ? newest.then(read) : read(query.issueTime)]);
    if (stored === null) throw forecastNotFound(id, query.issueTime);
    return {
      ...envelopeOf(this.context),
      basin: domain.basin,
      station: id,
      name: station.name,
      gauged: station.gauged,
      issueTime: toIso(stored.issueTime),
      cutOff: toIsoExact(stored.cutOff),
      outcome: stored.outcome,
      current: latest === stored.issueTime,
      stepSeconds: stored.stepSeconds,
      values: [...stored.values],
      peak: { time: toIso(stored.peak.time), valueM3s: stored.peak.value, lowM3s: stored.peak.low, highM3s: stored.peak.high },
      exceedances: stored.exceedances.map(exceedance => exceedanceView(exceedance, stored.issueTime)),
      degradations: [...stored.degradations],
      inputAges: [...stored.inputAges],
      rainAdjustment: stored.rainAdjustment,
      rain: { ...stored.rain, values: [...stored.rain.values] },
      analysis: stored.analysis,
      versions: stored.versions,
      members: [...stored.members],
    };
  }

  #newestOf(basin: string): JointReading<EpochMs | null> {
    const read = () => readLatestIssueTime(this.context.pool, scopeOf(this.context, basin, this.context.clock.now()));
    const reading = this.#newest.get(basin) ?? new JointReading(read);
    this.#newest.set(basin, reading);
    return reading;
  }

  @Get('forecasts')
  @ApiOperation({ summary: 'Issue times of the station, newest first' })
  @ApiOkResponse({ standardSchema: ForecastList })
  async list(@Param('station') id: string, @Query({ schema: ForecastListQuery }) query: ForecastListQuery): Promise<ForecastList> {
    const { domain } = stationOf(this.context, id);
    const scope = scopeOf(this.context, domain.basin, asOfOf(this.context, query.asOf));
    const span = { from: query.from ?? null, to: query.to ?? null, limit: query.limit };
    const forecasts = await readForecastBriefs(this.context.pool, { ...scope, station: id, ...span });
    return { ...envelopeOf(this.context), basin: domain.basin, station: id, forecasts };
  }
}

function forecastNotFound(station: string, issueTime: EpochMs | undefined): Fault {
  const which = issueTime === undefined ? 'has no forecast yet' : `has no forecast of ${toIso(issueTime)}`;
  return new Fault('FORECAST_NOT_FOUND', `station ${station} ${which}`, { station });
}

const exceedanceView = (
  { level, threshold, probability, firstCrossing }: StoredExceedance,
  issueTime: EpochMs,
): Forecast['exceedances'][number] => ({
  level,
  thresholdM3s: threshold,
  probability,
  firstCrossing: firstCrossing === null ? null : toIso(firstCrossing),
  leadHours: firstCrossing === null ? null : (firstCrossing - issueTime) / HOUR_MS,
});
