import { Module, StandardSchemaValidationPipe, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { AccessController } from './access/access.controller.js';
import { ActInterceptor } from './access/act.interceptor.js';
import { IdentifyGuard } from './access/identify.guard.js';
import { PermitGuard } from './access/permit.guard.js';
import { RateGuard } from './access/rate.guard.js';
import { AlertsController } from './alerts.controller.js';
import { contextProvider, type ApiContext } from './api-context.js';
import { BasinsController } from './basins.controller.js';
import { CsvInterceptor } from './csv.interceptor.js';
import { ForecastsController } from './forecasts.controller.js';
import { OperationsController } from './operations.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { queryProblem } from './query-problem.js';
import { ReanalysisController } from './reanalysis.controller.js';
import { StationsController } from './stations.controller.js';
import { StreamController } from './stream.controller.js';
import { VerdictsController } from './verdicts.controller.js';

export const CONTROLLERS = [
  BasinsController,
  StationsController,
  VerdictsController,
  ForecastsController,
  AlertsController,
  ReanalysisController,
  OperationsController,
  StreamController,
  AccessController,
] as const;

/** The HTTP interface of Freshet, made of what it is given. */
@Module({})
export class ApiModule {
  static of(context: ApiContext): DynamicModule {
    return {
      module: ApiModule,
      controllers: [...CONTROLLERS],
      providers: [
        contextProvider(context),
        { provide: APP_FILTER, useClass: ProblemFilter },
        // in this order: who asks, whether too often, whether it may
        { provide: APP_GUARD, useClass: IdentifyGuard },
        { provide: APP_GUARD, useClass: RateGuard },
        { provide: APP_GUARD, useClass: PermitGuard },
        { provide: APP_INTERCEPTOR, useClass: ActInterceptor },
        { provide: APP_INTERCEPTOR, useClass: CsvInterceptor },
        { provide: APP_PIPE, useValue: new StandardSchemaValidationPipe({ exceptionFactory: queryProblem }) },
      ],
    };
  }
}
