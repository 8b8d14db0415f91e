import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { absentAfterMs } from '#alerting';
import {
  DataStatus,
  DataStatusQuery,
  Health,
  NoQuery,
  Problem,
  ReplayReply,
  ReplaySpeed,
  type HealthCheck,
  type ReplayState,
} from '#contracts';
import { Fault } from '#errors';
import { BEAT_MS, toIso } from '#hydrology';
import { readFeedViews, readInputStatus, readRejects, type WatchedInput } from '#store';
import type { LoadedDomain } from '#config';
import { InjectContext, asOfOf, domainsOf, envelopeOf, scopeOf, type ApiContext, type ReplayControl } from './api-context.js';
import { Requires } from './access/requirement.js';
import { ApiProblems } from './api-problems.js';
import { CsvRows } from './csv.interceptor.js';

const SHOWN_REJECTS = 50;

@ApiTags('operations')
@ApiProblems()
@Controller('v1')
export class OperationsController {
  constructor(@InjectContext() private readonly context: ApiContext) {}

  @Get('data-status')
  @CsvRows('inputs')
  @ApiOperation({ summary: 'The age of every input, how every live source stands, and what was refused in the last 24 hours' })
  @ApiOkResponse({ standardSchema: DataStatus })
  async dataStatus(@Query({ schema: DataStatusQuery }) query: DataStatusQuery): Promise<DataStatus> {
    const asOf = asOfOf(this.context, query.asOf);
    const { pool } = this.context;
    const status = await Promise.all(
      domainsOf(this.context, query.basin).map(async domain => {
        const scope = scopeOf(this.context, domain.basin, asOf);
        const isPresent = query.asOf === undefined && this.context.runKind === 'scheduled';
        const [inputs, refused, feeds] = await Promise.all([
          readInputStatus(pool, scope, watchedInputs(domain)),
          readRejects(pool, scope, SHOWN_REJECTS),
          isPresent ? readFeedViews(pool, domain.basin, asOf) : [],
        ]);
        return { inputs, refused, feeds };
      }),
    );
    return {
      ...envelopeOf(this.context),
      inputs: status.flatMap(each => each.inputs),
      feeds: status.flatMap(each => each.feeds),
      rejects24h: status.reduce((sum, each) => sum + each.refused.count, 0),
      rejects: status.flatMap(each => each.refused.rejects).slice(0, SHOWN_REJECTS),
    };
  }

  @Get('replay')
  @ApiOperation({ summary: 'The clock of the replay; null on a live system' })
  @ApiOkResponse({ standardSchema: ReplayReply })
  replay(@Query({ schema: NoQuery }) _query: NoQuery): ReplayReply {
    return { ...envelopeOf(this.context), replay: replayState(this.context) };
  }

  @Post('replay/pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stops the replay’s clock after the beat it is at' })
  @ApiOkResponse({ standardSchema: ReplayReply })
  @ApiResponse({ status: 409, standardSchema: Problem, description: 'This system is live' })
  pause(@Query({ schema: NoQuery }) query: NoQuery): ReplayReply {
    this.#control().pause();
    return this.replay(query);
  }

  @Post('replay/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lets the replay’s clock go on' })
  @ApiOkResponse({ standardSchema: ReplayReply })
  @ApiResponse({ status: 409, standardSchema: Problem, description: 'This system is live' })
  resume(@Query({ schema: NoQuery }) query: NoQuery): ReplayReply {
    this.#control().resume();
    return this.replay(query);
  }

  @Post('replay/speed')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sets the speed of the replay' })
  @ApiOkResponse({ standardSchema: ReplayReply })
  @ApiResponse({ status: 409, standardSchema: Problem, description: 'This system is live' })
  speed(@Query({ schema: NoQuery }) query: NoQuery, @Body({ schema: ReplaySpeed }) body: ReplaySpeed): ReplayReply {
    this.#control().setSpeed(body.minutesPerSecond ?? 'max');
    return this.replay(query);
  }

  @Get('health/live')
  @Requires('nothing')
  @ApiOperation({ summary: 'Does the process answer?' })
  @ApiOkResponse({ standardSchema: Health })
  live(@Query({ schema: NoQuery }) _query: NoQuery): Health {
    return this.#health([]);
  }

  @Get('health/ready')
  @Requires('nothing')
  @ApiOperation({ summary: 'Can it serve: does the database answer?' })
  @ApiOkResponse({ standardSchema: Health })
  @ApiResponse({ status: 503, standardSchema: Health, description: 'Not ready; the checks say why' })
  async ready(@Query({ schema: NoQuery }) _query: NoQuery, @Res({ passthrough: true }) response: Response): Promise<Health> {
    const health = this.#health([await this.#checkDatabase(), ...this.context.domains.map(domainCheck)]);
    if (health.status === 'unready') response.status(503);
    return health;
  }

  #health(checks: HealthCheck[]): Health {
    const status = checks.every(check => check.ok) ? 'ok' : 'unready';
    return { ...envelopeOf(this.context), status, version: this.context.version, uptimeSeconds: process.uptime(), checks };
  }

  async #checkDatabase(): Promise<HealthCheck> {
    try {
      await this.context.pool.query('select 1');
      return { name: 'database', ok: true, message: 'answers' };
    } catch (error) {
      return { name: 'database', ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** @throws Fault CONFLICT on a live system. */
  #control(): ReplayControl {
    if (this.context.replay === null) throw new Fault('CONFLICT', 'this system is live: there is no replay to steer');
    return this.context.replay.clock;
  }
}

const domainCheck = (domain: LoadedDomain): HealthCheck => ({
  name: `basin ${domain.basin}`,
  ok: true,
  message: `${domain.mesh.cellCount} cells, ${domain.stations.length} stations`,
});

/** The state of the replay as the API shows it. */
export function replayState({ replay }: ApiContext): ReplayState | null {
  if (replay === null) return null;
  const { now, from, to, speed, paused, finished } = replay.clock.state();
  return {
    basin: replay.basin,
    from: toIso(from),
    to: toIso(to),
    clock: toIso(now),
    state: finished ? 'finished' : paused ? 'paused' : 'running',
    speedMinutesPerSecond: speed === 'max' ? null : speed,
  };
}

/** An input counts as late at the age from which it is watched; the alert is raised when it still is at the following looks. */
function watchedInputs({ stations, rainGauges, settings }: LoadedDomain): WatchedInput[] {
  const { absence, cycles } = settings.alerts;
  const ages = (kind: WatchedInput['kind']) => {
    const lateAfterMs = absentAfterMs(absence, kind);
    return { kind, lateAfterMs, silentAfterMs: lateAfterMs + (cycles - 1) * BEAT_MS };
  };
  return [
    { input: 'rain', name: 'Rain', ...ages('rain') },
    ...rainGauges.map(({ id, name }) => ({ input: id, name, ...ages('rain-gauge') })),
    ...stations.filter(station => station.gauged).map(({ id, name }) => ({ input: id, name, ...ages('gauge') })),
    { input: 'cycle', name: 'Forecast cycle', ...ages('cycle') },
  ];
}
