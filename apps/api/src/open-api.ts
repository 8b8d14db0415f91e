import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { StreamEvent } from '#contracts';

/** The OpenAPI 3.1 document, derived from the schemas of `#contracts`. */
export function openApiDocument(application: INestApplication, version: string): OpenAPIObject {
  const about = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Freshet')
    .setVersion(version)
    .setDescription(
      'River forecasts and alerts. Units are suffixes of the fields, times are ISO 8601 UTC, intervals are (from, to] stamped by their end. ' +
        'Levels are the system’s own and no official warnings. A reply with a marker speaks of an exercise.',
    )
    .build();
  const document = SwaggerModule.createDocument(application, about, {
    standardSchemaConverter: (schema, { schemaType }) => toJsonSchema(schema as z.ZodType, schemaType),
  });
  const { components } = withComponentReferences(toJsonSchema(StreamEvent, 'output')); // StreamEvent has an id and is among them
  const schemas = { ...document.components?.schemas, ...components };
  return { ...document, components: { ...document.components, schemas } };
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
