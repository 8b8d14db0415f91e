import { Controller, Query, Req, Sse, type MessageEvent, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Subject, from, interval, map, merge, mergeMap, of, startWith, takeUntil, type Observable } from 'rxjs';
import { NoQuery, type AlertChanged, type ForecastIssued, type StreamEvent } from '#contracts';
import type { Handler, Message, Subscription } from '#bus';
import { toIso, epochMs } from '#hydrology';
import { readAlertEvent } from '#store';
import { callerOf } from './access/caller.js';
import { endOfAccess } from './access/end-of-access.js';
import { ApiProblems } from './api-problems.js';
import { InjectContext, envelopeOf, type ApiContext } from './api-context.js';
import { replayState } from './operations.controller.js';

/** A replay's clock moves fast; the page shows it every second. */
const CLOCK_MS = 1_000;

type News = { readonly kind: 'forecast'; readonly value: ForecastIssued } | { readonly kind: 'alert'; readonly value: AlertChanged };

@ApiTags('operations')
@ApiProblems()
@Controller('v1')
export class StreamController implements OnModuleInit, OnApplicationShutdown {
  readonly #news = new Subject<News>();
  readonly #closed = new Subject<void>();
  #subscriptions: readonly Subscription[] = [];

  constructor(@InjectContext() private readonly context: ApiContext) {}

  async onModuleInit(): Promise<void> {
    this.#subscriptions = [
      await this.hear('forecast.issued.v1', value => ({ kind: 'forecast', value })),
      await this.hear('alert.changed.v1', value => ({ kind: 'alert', value })),
    ];
  }

  /** New messages only, in a group of its own a process: every replica hears everything. */
  private hear<T extends 'forecast.issued.v1' | 'alert.changed.v1'>(
    topic: T,
    newsOf: (value: Message<T>['value']) => News,
  ): Promise<Subscription> {
    const { bus, runKind } = this.context;
    const tell: Handler<T> = batch => {
      for (const { value } of batch) if (value.runKind === runKind) this.#news.next(newsOf(value));
      return Promise.resolve();
    };
    return bus.subscribe(topic, 'api-stream', tell, { onlyNew: true });
  }

  async onApplicationShutdown(): Promise<void> {
    this.#closed.next();
    await Promise.all(this.#subscriptions.map(subscription => subscription.stop()));
  }

  @Sse('stream')
  @ApiProduces('text/event-stream')
  @ApiOperation({
    summary: 'Server-sent events: forecast issued, alert changed, clock (see StreamEvent); ends when the key or token no longer holds',
  })
  stream(@Query({ schema: NoQuery }) _query: NoQuery, @Req() request: Request): Observable<MessageEvent> {
    const clock = interval(CLOCK_MS).pipe(
      startWith(0),
      map((): StreamEvent => ({ ...envelopeOf(this.context), kind: 'clock', replay: replayState(this.context) })),
    );
    const news = this.#news.pipe(mergeMap(each => this.#tell(each)));
    return merge(clock, news).pipe(
      takeUntil(merge(this.#closed, endOfAccess(this.context, callerOf(request)))),
      map(event => ({ type: event.kind, data: event })),
    );
  }

  #tell(news: News): Observable<StreamEvent> {
    const envelope = envelopeOf(this.context);
    if (news.kind === 'forecast') {
      const { basin, issueTime, outcome } = news.value;
      return of({ ...envelope, kind: 'forecast', basin, issueTime: toIso(epochMs(issueTime)), outcome });
    }
    const { alertId, seq } = news.value;
    return from(readAlertEvent(this.context.pool, alertId, seq).catch(() => null)).pipe(
      mergeMap(event => (event === null ? [] : [{ ...envelope, kind: 'alert' as const, event }])),
    );
  }
}
