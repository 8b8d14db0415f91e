import { Module, StandardSchemaValidationPipe, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { AlertsController } from './alerts.controller.js';
import { contextProvider, type ApiContext } from './api-context.js';
import { BasinsController } from './basins.controller.js';
import { CsvInterceptor } from './csv.interceptor.js';
import { ForecastsController } from './forecasts.controller.js';
import { OperationsController } from './operations.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { queryProblem } from './query-problem.js';
import { StationsController } from './stations.controller.js';
import { StreamController } from './stream.controller.js';

/** The HTTP interface of Freshet, made of what it is given. */
@Module({})
export class ApiModule {
  static of(context: ApiContext): DynamicModule {
    return {
      module: ApiModule,
      controllers: [BasinsController, StationsController, ForecastsController, AlertsController, OperationsController, StreamController],
      providers: [
        contextProvider(context),
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_INTERCEPTOR, useClass: CsvInterceptor },
        { provide: APP_PIPE, useValue: new StandardSchemaValidationPipe({ exceptionFactory: queryProblem }) },
      ],
    };
  }
}
