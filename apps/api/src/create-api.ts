import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { ApiContext } from './api-context.js';
import { ApiModule } from './api.module.js';
import { openApiDocument } from './open-api.js';

/** Largest request body: an acknowledgement is small. */
const BODY_LIMIT = '64kb';

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
  application.use((_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('X-Frame-Options', 'SAMEORIGIN');
    response.setHeader('Referrer-Policy', 'same-origin');
    next();
  });
  const document = openApiDocument(application, context.version);
  SwaggerModule.setup('docs', application, document, { jsonDocumentUrl: 'docs/openapi.json' });
  if (context.consoleFolder !== null) application.useStaticAssets(context.consoleFolder, { index: 'index.html', maxAge: 0 });
  await application.init();
  return application;
}
