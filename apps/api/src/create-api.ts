import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { ApiContext } from './api-context.js';
import { ApiModule } from './api.module.js';
import helmet, { type HelmetOptions } from 'helmet';
import { openApiDocument } from './open-api.js';
import { refuseMethods } from './refuse-methods.js';

/** Largest request body: an acknowledgement is small. */
const BODY_LIMIT = '64kb';

/**
 * What a page of ours may do: code and data from here alone. Styles may stand in the elements (charts and map place
 * what they draw); images may be data (symbols of the map); workers may be blobs. Plain HTTP stays possible.
 */
export const HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'self'"],
      'script-src': ["'self'"],
      'script-src-attr': ["'none'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:', 'blob:'],
      'worker-src': ["'self'", 'blob:'],
      'connect-src': ["'self'"],
      'object-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'self'"],
    },
  },
  referrerPolicy: { policy: 'same-origin' },
} satisfies HelmetOptions;

const CORS = {
  methods: ['GET', 'HEAD', 'POST'],
  allowedHeaders: ['Authorization', 'Content-Type', 'X-API-Key'],
  exposedHeaders: ['Retry-After', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'],
  maxAge: 600,
};

/** Builds the API with its document at /docs and the console at /; the caller lets it listen (127.0.0.1 unless told) and closes it. */
export async function createApi(context: ApiContext): Promise<NestExpressApplication> {
  const application = await NestFactory.create<NestExpressApplication>(ApiModule.of(context), {
    logger: false,
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: true, // event streams would keep a closing server open
  });
  application.useBodyParser('json', { limit: BODY_LIMIT });
  application.disable('x-powered-by');
  application.disable('etag'); // every reply holds the time it was made: none is ever the same
  application.set('trust proxy', [...context.access.trustedProxies]);
  application.use(helmet(HEADERS));
  if (context.access.corsOrigins.length > 0) application.enableCors({ origin: [...context.access.corsOrigins], ...CORS });
  const document = openApiDocument(application, context);
  application.use(refuseMethods(document));
  SwaggerModule.setup('docs', application, document, { jsonDocumentUrl: 'docs/openapi.json' });
  if (context.consoleFolder !== null) application.useStaticAssets(context.consoleFolder, { index: 'index.html', maxAge: 0 });
  await application.init();
  return application;
}
