import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { Problem } from '#contracts';

const problem = (status: number, description: string): MethodDecorator & ClassDecorator =>
  ApiResponse({ status, description, standardSchema: Problem });

/** The refusals any reply may be instead. */
export const ApiProblems = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    problem(400, 'A parameter is wrong or unknown; every mistake is named'),
    problem(401, 'A key or token is needed, or the one given does not hold'),
    problem(403, 'The key or token may read and do nothing else'),
    problem(404, 'There is no such basin, station, forecast or alert'),
    problem(429, 'Too many requests in a minute; Retry-After says how many seconds to wait'),
    problem(503, 'The database does not answer; try again'),
  );
