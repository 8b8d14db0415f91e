import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { NoQuery, Problem, VerdictDecided, VerdictList, VerdictQuery, VerdictReply } from '#contracts';
import { Fault } from '#errors';
import { DAY_MS, epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import { decideVerdict, inTransaction, readVerdicts, writeOutbox } from '#store';
import { InjectContext, asOfOf, envelopeOf, measuringPlaceOf, type ApiContext } from './api-context.js';
import { ApiProblems } from './api-problems.js';
import { CsvRows } from './csv.interceptor.js';

/** Each value of a stretch gets a revision: older ones no forecast looks at any more. */
const LONGEST_MS = 31 * DAY_MS;

@ApiTags('stations')
@ApiProblems()
@Controller('v1/stations')
export class VerdictsController {
  constructor(@InjectContext() private readonly context: ApiContext) {}

  @Get(':station/verdicts')
  @CsvRows('verdicts')
  @ApiOperation({ summary: 'What operators decided of the values of a station or a rain gauge in place of the checks' })
  @ApiOkResponse({ standardSchema: VerdictList })
  async list(@Param('station') id: string, @Query({ schema: VerdictQuery }) query: VerdictQuery): Promise<VerdictList> {
    const { basin } = measuringPlaceOf(this.context, id).domain;
    const { from = null, to = null, limit } = query;
    const asked = { basin, station: id, from, to, limit, asOf: asOfOf(this.context, query.asOf) };
    return { ...envelopeOf(this.context), basin, station: id, verdicts: await readVerdicts(this.context.pool, asked) };
  }

  @Post(':station/verdicts')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Trusts or rejects values whatever the checks say, or goes back to them, with a reason; forecasts see it from now on',
  })
  @ApiOkResponse({ standardSchema: VerdictReply })
  @ApiResponse({
    status: 409,
    standardSchema: Problem,
    description: 'The station has no gauge or not of that quantity, or the stretch is empty or too old',
  })
  async decide(
    @Param('station') id: string,
    @Query({ schema: NoQuery }) _query: NoQuery,
    @Body({ schema: VerdictDecided }) body: VerdictDecided,
  ): Promise<VerdictReply> {
    const { domain, variables } = measuringPlaceOf(this.context, id);
    if (variables.length === 0) throw new Fault('CONFLICT', `${id} has no gauge: there are no values to decide on`, { station: id });
    if (!variables.includes(body.variable)) {
      throw new Fault('CONFLICT', `variable: ${id} measures ${variables.join(' and ')}, not ${body.variable}`, { station: id });
    }
    const at = this.context.clock.now();
    const [from, to] = [parseIso(body.from), body.to === null ? null : parseIso(body.to)];
    refuseStretch(from, to, at);
    const { basin } = domain;
    const { variable, decision, reason } = body;
    const decided = await inTransaction(this.context.pool, async client => {
      const outcome = await decideVerdict(client, { basin, station: id, variable, from, to, decision, reason, by: body.operator, at });
      const { runKind } = this.context;
      const value = { basin, receivedAt: at, runKind, values: outcome.values };
      await writeOutbox(client, [{ topic: 'obs.archived.v1', key: basin, id: `archived/${runKind}/verdict/${outcome.seq}`, value }]);
      return outcome;
    });
    this.context.onMessages();
    const stored = await readVerdicts(this.context.pool, { basin, station: id, from, to, asOf: at, limit: 1000 });
    const verdict = stored.find(({ seq }) => seq === decided.seq)!;
    return { ...envelopeOf(this.context), basin, station: id, verdict, values: decided.values };
  }
}

function refuseStretch(from: EpochMs, to: EpochMs | null, now: EpochMs): void {
  if (to !== null && to <= from) throw new Fault('CONFLICT', `to: ${toIso(to)} is not after from (${toIso(from)})`);
  const earliest = epochMs(now - LONGEST_MS);
  if (from < earliest) throw new Fault('CONFLICT', `from: ${toIso(from)} is more than 31 days ago; begin at ${toIso(earliest)} or later`);
}
