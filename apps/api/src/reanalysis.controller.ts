import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { alertedBasin } from '#alerting';
import { ReanalysisQuery, ReanalysisReply, type AlertChange, type LateInputView } from '#contracts';
import { DAY_MS, epochMs, toIso, type EpochMs } from '#hydrology';
import {
  alertEventView,
  compareReanalysis,
  latenciesOf,
  readLateInputs,
  readOpenCycles,
  type AlertDifferences,
  type LateInput,
  type NamedPlace,
} from '#store';
import { InjectContext, asOfOf, domainOf, envelopeOf, type ApiContext } from './api-context.js';
import { ApiProblems } from './api-problems.js';
import { CsvRows } from './csv.interceptor.js';
import { queryProblem } from './query-problem.js';
import { placesOf } from './station-view.js';

const DEFAULT_MS = 3 * DAY_MS;
/** The alerts of the whole window are weighed twice while somebody waits. */
const LONGEST_MS = 31 * DAY_MS;

@ApiTags('alerts')
@ApiProblems()
@Controller('v1/basins')
export class ReanalysisController {
  constructor(@InjectContext() private readonly context: ApiContext) {}

  @Get(':basin/reanalysis')
  @CsvRows('changes')
  @ApiOperation({
    summary: 'What late and corrected values would have changed in the alerts: the difference to a run in which all came on time',
  })
  @ApiOkResponse({ standardSchema: ReanalysisReply })
  async one(@Param('basin') id: string, @Query({ schema: ReanalysisQuery }) query: ReanalysisQuery): Promise<ReanalysisReply> {
    const domain = domainOf(this.context, id);
    const { basin, settings } = domain;
    const { pool, runKind } = this.context;
    const within = this.#windowOf(query);
    const latencies = latenciesOf(settings);
    const cutOffMs = settings.forecast.cutOff;
    const [inputs, open, differences] = await Promise.all([
      readLateInputs(pool, { basin, ...within, latencies, cutOffMs }),
      readOpenCycles(pool, basin, 'reanalysis'),
      compareReanalysis({
        ...{ pool, basin: alertedBasin(domain), runKind, within },
        ...{ gaugeLatencyMs: latencies.gauge, cutOffMs },
      }),
    ]);
    const placeOf = placesOf(domain);
    return {
      ...envelopeOf(this.context),
      ...{ basin, from: toIso(within.from), to: toIso(within.to) },
      computedFrom: differences === null ? null : toIso(differences.from),
      computedTo: differences === null ? null : toIso(differences.to),
      waiting: open.filter(issued => issued >= within.from && issued <= within.to).length,
      inputs: inputs.map(input => inputView(input, placeOf(input.input))),
      changes: differences === null ? [] : this.#changes(differences, placeOf),
    };
  }

  #windowOf(query: ReanalysisQuery): { readonly from: EpochMs; readonly to: EpochMs } {
    const to = asOfOf(this.context, query.to);
    const from = query.from ?? epochMs(to - DEFAULT_MS);
    const mistake = from > to ? 'must not be after to' : to - from > LONGEST_MS ? 'must be at most 31 days before to' : null;
    if (mistake !== null) throw queryProblem([{ path: ['from'], message: mistake }]);
    return { from, to };
  }

  #changes({ lost, gained }: AlertDifferences, placeOf: (station: string) => NamedPlace): AlertChange[] {
    const changes = [
      ...lost.map(event => ({ change: 'lost' as const, event })),
      ...gained.map(event => ({ change: 'gained' as const, event })),
    ];
    return changes
      .sort((a, b) => a.event.at - b.event.at)
      .map(({ change, event }) => ({ ...alertEventView(event, this.context.runKind), change, name: placeOf(event.station).name }));
  }
}

const inputView = ({ from, to, largestChange, ...counts }: LateInput, { name, gauged }: NamedPlace): LateInputView => ({
  ...counts,
  name,
  from: toIso(from),
  to: toIso(to),
  largestChangeM3s: gauged ? largestChange : null,
  largestChangeMm: gauged ? null : largestChange,
});
