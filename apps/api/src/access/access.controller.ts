import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { AccessReply, NoQuery, OperatorActList, OperatorActQuery, type CallerView } from '#contracts';
import { toIso } from '#hydrology';
import { readActs } from '#store';
import { InjectContext, envelopeOf, type ApiContext } from '../api-context.js';
import { ApiProblems } from '../api-problems.js';
import { CsvRows } from '../csv.interceptor.js';
import { callerOf, type Caller } from './caller.js';
import { Requires } from './requirement.js';

@ApiTags('access')
@ApiProblems()
@Controller('v1')
export class AccessController {
  constructor(@InjectContext() private readonly context: ApiContext) {}

  /** Answers without a key, so that a page can ask for one. */
  @Get('access')
  @Requires('identity')
  @ApiOperation({ summary: 'What whoever asks may do' })
  @ApiOkResponse({ standardSchema: AccessReply })
  access(@Query({ schema: NoQuery }) _query: NoQuery, @Req() request: Request): AccessReply {
    const { mode } = this.context.access;
    const caller = callerOf(request);
    return {
      ...envelopeOf(this.context),
      access: mode,
      caller: caller === null ? null : viewOf(caller),
      mayRead: mode !== 'closed' || caller !== null,
      mayAct: mode === 'open' || caller?.scope === 'operator',
    };
  }

  @Get('operator-acts')
  @Requires('operator')
  @CsvRows('acts')
  @ApiOperation({ summary: 'What operators did, newest first' })
  @ApiOkResponse({ standardSchema: OperatorActList })
  async acts(@Query({ schema: OperatorActQuery }) { before, limit }: OperatorActQuery): Promise<OperatorActList> {
    return { ...envelopeOf(this.context), acts: await readActs(this.context.pool, { before, limit }) };
  }
}

const viewOf = ({ kind, name, scope, expiresAt }: Caller): CallerView => ({ kind, name, scope, expiresAt: toIso(expiresAt) });
