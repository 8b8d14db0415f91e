import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  Acknowledgement,
  AlertEventList,
  AlertEventQuery,
  AlertList,
  AlertListQuery,
  AlertReply,
  AsOfQuery,
  NoQuery,
  Problem,
  type AlertView,
} from '#contracts';
import { alertedBasin, rulesOf, type AlertRule } from '#alerting';
import { Fault } from '#errors';
import type { EpochMs } from '#hydrology';
import { acknowledgeAlert, groupAlertViews, readAlertEvents, readAlerts, type NamedPlace } from '#store';
import { InjectContext, asOfOf, domainOf, domainsOf, envelopeOf, measuringPlaceOf, type ApiContext } from './api-context.js';
import { ApiProblems } from './api-problems.js';
import { CsvRows } from './csv.interceptor.js';
import { placesOf } from './station-view.js';

@ApiTags('alerts')
@ApiProblems()
@Controller('v1')
export class AlertsController {
  constructor(@InjectContext() private readonly context: ApiContext) {}

  @Get('alerts')
  @CsvRows('alerts')
  @ApiOperation({ summary: 'Alerts as they stand, worst first, and grouped by station' })
  @ApiOkResponse({ standardSchema: AlertList })
  async list(@Query({ schema: AlertListQuery }) query: AlertListQuery): Promise<AlertList> {
    this.#refuseUnknown(query);
    const all = await this.#read(asOfOf(this.context, query.asOf), query);
    const groups = groupAlertViews(all).map(group => ({ ...group, implies: [...group.implies], name: nameIn(all, group.alert) }));
    return { ...envelopeOf(this.context), alerts: all.filter(alert => matches(alert, query)), groups };
  }

  @Get('alerts/:alert')
  @ApiOperation({ summary: 'One alert with its whole history' })
  @ApiOkResponse({ standardSchema: AlertReply })
  one(@Param('alert') id: string, @Query({ schema: AsOfQuery }) query: AsOfQuery): Promise<AlertReply> {
    return this.#reply(id, asOfOf(this.context, query.asOf));
  }

  @Post('alerts/:alert/acknowledge')
  @HttpCode(200)
  @ApiOperation({ summary: 'Takes an alert, with the operator’s name; once more by anybody changes nothing' })
  @ApiOkResponse({ standardSchema: AlertReply })
  @ApiResponse({ status: 409, standardSchema: Problem, description: 'The alert does not stand: there is nothing to acknowledge' })
  async acknowledge(
    @Param('alert') id: string,
    @Query({ schema: NoQuery }) _query: NoQuery,
    @Body({ schema: Acknowledgement }) body: Acknowledgement,
  ): Promise<AlertReply> {
    const rule = this.#ruleOf(id);
    const { pool, runKind, clock, onMessages } = this.context;
    const acknowledging = { rule, by: body.operator, note: body.note ?? null, now: clock.now() };
    await acknowledgeAlert(pool, { basin: rule.basin, runKind }, acknowledging);
    onMessages();
    return this.#reply(id, clock.now());
  }

  @Get('alert-events')
  @CsvRows('events')
  @ApiOperation({ summary: 'Transitions in the order they happened' })
  @ApiOkResponse({ standardSchema: AlertEventList })
  async events(@Query({ schema: AlertEventQuery }) query: AlertEventQuery): Promise<AlertEventList> {
    this.#refuseUnknown(query);
    const { asOf, format: _format, ...filter } = query;
    const { pool, runKind } = this.context;
    const events = await readAlertEvents(pool, { ...filter, runKind, asOf: asOfOf(this.context, asOf) });
    return { ...envelopeOf(this.context), events };
  }

  async #reply(id: string, asOf: EpochMs): Promise<AlertReply> {
    const alert = (await this.#read(asOf, {})).find(each => each.id === id);
    if (alert === undefined) throw new Fault('ALERT_NOT_FOUND', `there is no alert "${id}"`, { alert: id });
    const { pool, runKind } = this.context;
    return { ...envelopeOf(this.context), alert, events: await readAlertEvents(pool, { runKind, asOf, id }) };
  }

  #read(asOf: EpochMs, { basin, station }: Pick<AlertListQuery, 'basin' | 'station'>): Promise<AlertView[]> {
    const { pool, runKind, domains } = this.context;
    const nameOf = (id: string): NamedPlace =>
      placesOf(domains.find(({ stations, rainGauges }) => [...stations, ...rainGauges].some(each => each.id === id)) ?? domains[0]!)(id);
    return readAlerts(pool, { runKind, asOf, basin, station }, nameOf);
  }

  /** A filter that can match nothing is a mistake, not an empty list. */
  #refuseUnknown({ basin, station }: Pick<AlertListQuery, 'basin' | 'station'>): void {
    if (basin !== undefined) domainOf(this.context, basin);
    if (station !== undefined && station !== 'rain' && station !== 'cycle') measuringPlaceOf(this.context, station);
  }

  #ruleOf(id: string): AlertRule {
    const { runKind } = this.context;
    const rules = domainsOf(this.context, undefined).flatMap(domain => rulesOf({ ...alertedBasin(domain), runKind }));
    const rule = rules.find(each => each.alertId === id);
    if (rule === undefined) throw new Fault('ALERT_NOT_FOUND', `there is no alert "${id}"`, { alert: id });
    return rule;
  }
}

const nameIn = (alerts: readonly AlertView[], id: string): string => alerts.find(alert => alert.id === id)?.name ?? id;

const matches = (alert: AlertView, query: AlertListQuery): boolean =>
  (query.basis === undefined || alert.basis === query.basis) &&
  (query.level === undefined || alert.level === query.level) &&
  (query.phase === undefined || alert.phase === query.phase) &&
  (query.active === undefined || alert.active === query.active);
