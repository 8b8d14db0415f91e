import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import type { AccessMode } from '#config';
import { StreamEvent } from '#contracts';
import { hasCsv } from './csv.interceptor.js';
import { needsCaller, requirementOf } from './access/requirement.js';
import type { ApiContext } from './api-context.js';
import { CONTROLLERS } from './api.module.js';

/** The OpenAPI 3.1 document of this system, derived from the schemas of `#contracts` and from what its routes ask of a caller. */
export function openApiDocument(application: INestApplication, { version, access }: Pick<ApiContext, 'version' | 'access'>): OpenAPIObject {
  const about = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Freshet')
    .setVersion(version)
    .setDescription(
      'River forecasts and alerts. Units are suffixes of the fields, times are ISO 8601 UTC, intervals are (from, to] stamped by their end. ' +
        'Levels are the system’s own and no official warnings. A reply with a marker speaks of an exercise.',
    )
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'Made by `freshet key create`' }, 'key')
    .addBearerAuth({ type: 'http', bearerFormat: 'JWT', description: 'Of the configured OpenID Connect issuer' }, 'token')
    .build();
  const document = SwaggerModule.createDocument(application, about, {
    standardSchemaConverter: (schema, { schemaType }) => toJsonSchema(schema as z.ZodType, schemaType),
  });
  const { components } = withComponentReferences(toJsonSchema(StreamEvent, 'output')); // StreamEvent has an id and is among them
  const schemas = { ...document.components?.schemas, ...components };
  sayWhoMay(document, access.mode);
  sayInWhichForm(document);
  return { ...document, components: { ...document.components, schemas } };
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

/** Every operation with its method in capitals. */
const operationsOf = ({ paths }: OpenAPIObject): { readonly method: string; readonly operation: Operation }[] =>
  Object.values(paths).flatMap(item =>
    METHODS.flatMap(method => (item[method] === undefined ? [] : [{ method: method.toUpperCase(), operation: item[method] }])),
  );

/** Puts into each operation whether it needs a caller; `{}` stands for nobody. */
function sayWhoMay(document: OpenAPIObject, mode: AccessMode): void {
  for (const { method, operation } of operationsOf(document)) {
    const requirement = requirementOf(handlerOf(operation), method);
    if (requirement === 'nothing') operation.security = [{}];
    else operation.security = [...(needsCaller(requirement, mode) ? [] : [{}]), { key: [] }, { token: [] }];
  }
}

const PROBLEM = '#/components/schemas/Problem';

/** Nest takes every reply for JSON: refusals are problem+json, rows are CSV as well, the stream is events. */
function sayInWhichForm(document: OpenAPIObject): void {
  for (const { operation } of operationsOf(document))
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response === undefined || '$ref' in response) continue;
      const json = response.content?.['application/json'];
      if (json?.schema !== undefined && '$ref' in json.schema && json.schema.$ref === PROBLEM)
        response.content = { 'application/problem+json': json };
      else if (status === '200' && hasCsv(handlerOf(operation)))
        response.content = { ...response.content, 'text/csv': { schema: { type: 'string' } } };
    }
}

/** The method of a controller that an operation's id names. */
function handlerOf({ operationId = '' }: Operation): (...args: never[]) => unknown {
  const [name, method = ''] = operationId.split('_');
  const controller = CONTROLLERS.find(each => each.name === name);
  return (controller!.prototype as unknown as Record<string, (...args: never[]) => unknown>)[method]!;
}

/** Nest rewrites the references of the schemas it is asked to convert; the events of the stream it does not know. */
const withComponentReferences = <T>(schema: T): T =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as T;

/** JSON Schema of the 3.1 dialect; schemas with an id become components. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  const {
    $schema: _dialect,
    $defs = {},
    ...json
  } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    override: ({ jsonSchema }) => {
      delete jsonSchema.id;
    },
  });
  return { schema: json as Record<string, unknown>, components: $defs as Record<string, Record<string, unknown>> };
}
