import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AsOfQuery, ObservationList, ObservationQuery, StationList, StationListQuery, StationReply } from '#contracts';
import { Fault } from '#errors';
import { HOUR_MS, epochMs, toIso, toIsoExact } from '#hydrology';
import { readObservationValues, readRainDepthValues } from '#store';
import { InjectContext, asOfOf, domainsOf, envelopeOf, measuringPlaceOf, scopeOf, stationOf, type ApiContext } from './api-context.js';
import { ApiProblems } from './api-problems.js';
import { CsvRows } from './csv.interceptor.js';
import { stationViews } from './station-view.js';

/** What is shown unless a beginning is named. */
const DEFAULT_PAST_MS = 48 * HOUR_MS;

@ApiTags('stations')
@ApiProblems()
@Controller('v1/stations')
export class StationsController {
  constructor(@InjectContext() private readonly context: ApiContext) {}

  @Get()
  @CsvRows('stations')
  @ApiOperation({ summary: 'Stations with thresholds and situation; virtual stations are flagged ungauged' })
  @ApiOkResponse({ standardSchema: StationList })
  async list(@Query({ schema: StationListQuery }) query: StationListQuery): Promise<StationList> {
    const asOf = asOfOf(this.context, query.asOf);
    const domains = domainsOf(this.context, query.basin);
    const stations = await Promise.all(
      domains.map(domain => stationViews(this.context.pool, domain, scopeOf(this.context, domain.basin, asOf))),
    );
    return { ...envelopeOf(this.context), stations: stations.flat() };
  }

  @Get(':station')
  @ApiOperation({ summary: 'One station' })
  @ApiOkResponse({ standardSchema: StationReply })
  async one(@Param('station') id: string, @Query({ schema: AsOfQuery }) query: AsOfQuery): Promise<StationReply> {
    const { domain, station } = stationOf(this.context, id);
    const scope = scopeOf(this.context, domain.basin, asOfOf(this.context, query.asOf));
    const views = await stationViews(this.context.pool, { ...domain, stations: [station] }, scope);
    return { ...envelopeOf(this.context), station: views[0]! };
  }

  @Get(':station/observations')
  @CsvRows('values')
  @ApiOperation({ summary: 'Observed values in (from, to] as known at asOf' })
  @ApiOkResponse({ standardSchema: ObservationList })
  async observations(@Param('station') id: string, @Query({ schema: ObservationQuery }) query: ObservationQuery): Promise<ObservationList> {
    const { domain, variables } = measuringPlaceOf(this.context, id);
    const variable = query.variable ?? variables[0] ?? 'Q';
    if (variables.length > 0 && !variables.includes(variable))
      throw mistaken('variable', `${id} measures ${variables.join(' and ')}, not ${variable}`);
    const asOf = asOfOf(this.context, query.asOf);
    const to = query.to ?? asOf;
    const from = query.from ?? epochMs(to - DEFAULT_PAST_MS);
    if (from >= to) throw mistaken('from', `${toIso(from)} is not before to (${toIso(to)})`);
    const { pool } = this.context;
    const of = { basin: domain.basin, station: id, from, to, asOf, limit: query.limit };
    const values = await (variable === 'P' ? readRainDepthValues(pool, of) : readObservationValues(pool, { ...of, variable }));
    const span = { from: toIso(from), to: toIso(to), asOf: toIsoExact(asOf) };
    return { ...envelopeOf(this.context), basin: domain.basin, station: id, variable, ...span, values };
  }
}

const mistaken = (parameter: string, message: string): Fault =>
  new Fault('QUERY_INVALID', `${parameter}: ${message}`, { errors: [{ parameter, message }] });
