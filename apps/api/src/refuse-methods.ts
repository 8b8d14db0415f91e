import type { OpenAPIObject } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { Fault } from '#errors';

/** Answered by the server itself. */
const EVERYWHERE = ['HEAD', 'OPTIONS'];

/** Answers a method that a path of the document does not have with 405 and those it has (RFC 9110, 15.5.6). */
export function refuseMethods({ paths }: OpenAPIObject): (request: Request, response: Response, next: NextFunction) => void {
  const routes = Object.entries(paths).map(([path, item]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
    methods: Object.keys(item).map(method => method.toUpperCase()),
  }));
  return (request, response, next) => {
    const methods = routes.filter(({ pattern }) => pattern.test(request.path)).flatMap(route => route.methods);
    if (methods.length === 0 || [...methods, ...EVERYWHERE].includes(request.method)) {
      next();
      return;
    }
    response.setHeader('Allow', methods.join(', '));
    next(new Fault('METHOD_UNSUPPORTED', `${request.path} has ${methods.join(', ')} and no ${request.method}`));
  };
}
