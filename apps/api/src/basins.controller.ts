import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { BasinList, BasinMap, BasinReply, CycleList, CycleListQuery, AsOfQuery, NoQuery, type BasinSummary } from '#contracts';
import type { LoadedDomain } from '#config';
import { toIso, type EpochMs } from '#hydrology';
import { readAlerts, readCycles, readLatestIssueTime } from '#store';
import { InjectContext, asOfOf, domainOf, envelopeOf, scopeOf, type ApiContext } from './api-context.js';
import { basinMap, boundsOf } from './basin-map.js';
import { CsvRows } from './csv.interceptor.js';
import { placesOf, worstLevelOf } from './station-view.js';
import { ApiProblems } from './api-problems.js';

@ApiTags('basins')
@ApiProblems()
@Controller('v1/basins')
export class BasinsController {
  /** Geometry never changes while Freshet runs. */
  readonly #maps = new Map<string, ReturnType<typeof basinMap>>();
  readonly #bounds = new Map<string, number[]>();

  constructor(@InjectContext() private readonly context: ApiContext) {}

  @Get()
  @ApiOperation({ summary: 'The basins that are forecast' })
  @ApiOkResponse({ standardSchema: BasinList })
  async list(@Query({ schema: AsOfQuery }) query: AsOfQuery): Promise<BasinList> {
    const asOf = asOfOf(this.context, query.asOf);
    const basins = await Promise.all(this.context.domains.map(domain => this.#summary(domain, asOf)));
    return { ...envelopeOf(this.context), basins };
  }

  @Get(':basin')
  @ApiOperation({ summary: 'One basin' })
  @ApiOkResponse({ standardSchema: BasinReply })
  async one(@Param('basin') basin: string, @Query({ schema: AsOfQuery }) query: AsOfQuery): Promise<BasinReply> {
    const summary = await this.#summary(domainOf(this.context, basin), asOfOf(this.context, query.asOf));
    return { ...envelopeOf(this.context), basin: summary };
  }

  @Get(':basin/map')
  @ApiOperation({ summary: 'Mesh and rivers as GeoJSON in WGS84' })
  @ApiOkResponse({ standardSchema: BasinMap })
  map(@Param('basin') basin: string, @Query({ schema: NoQuery }) _query: NoQuery): BasinMap {
    const domain = domainOf(this.context, basin);
    const map = this.#maps.get(basin) ?? basinMap(domain);
    this.#maps.set(basin, map);
    return { ...envelopeOf(this.context), ...map };
  }

  @Get(':basin/cycles')
  @CsvRows('cycles')
  @ApiOperation({ summary: 'The ledger of cycles, newest first' })
  @ApiOkResponse({ standardSchema: CycleList })
  async cycles(@Param('basin') basin: string, @Query({ schema: CycleListQuery }) query: CycleListQuery): Promise<CycleList> {
    const domain = domainOf(this.context, basin);
    const { pool, runKind } = this.context;
    const span = { from: query.from ?? null, to: query.to ?? null, limit: query.limit };
    return { ...envelopeOf(this.context), basin, cycles: await readCycles(pool, { basin: domain.basin, runKind, ...span }) };
  }

  async #summary(domain: LoadedDomain, asOf: EpochMs): Promise<BasinSummary> {
    const { pool, runKind } = this.context;
    const [latest, alerts] = await Promise.all([
      readLatestIssueTime(pool, scopeOf(this.context, domain.basin, asOf)),
      readAlerts(pool, { runKind, asOf, basin: domain.basin }, placesOf(domain)),
    ]);
    const bounds = this.#bounds.get(domain.basin) ?? boundsOf(domain);
    this.#bounds.set(domain.basin, bounds);
    const { mesh } = domain;
    return {
      id: domain.basin,
      name: domain.name,
      areaKm2: mesh.areaM2.reduce((sum, area) => sum + area, 0) / 1e6,
      cellCount: mesh.cellCount,
      cellSizeM: mesh.xResolution,
      stationCount: domain.stations.length,
      bounds,
      latestIssueTime: latest === null ? null : toIso(latest),
      worstLevel: worstLevelOf(alerts),
    };
  }
}
