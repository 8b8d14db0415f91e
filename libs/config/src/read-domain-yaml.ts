import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { Fault } from '#errors';
import { DomainYaml } from './domain-schema.js';

/**
 * Reads the text of a domain.yaml.
 * @throws Fault DOMAIN_INVALID whose message lists every mistake, a line each, by its key.
 */
export function readDomainYaml(text: string, path: string): DomainYaml {
  const document = parseDocument(text, { prettyErrors: true });
  const syntax = document.errors.map(error => error.message.split('\n')[0]!);
  if (syntax.length > 0) throw domainInvalid(path, syntax);
  const result = DomainYaml.safeParse(document.toJS() ?? {});
  if (!result.success) throw domainInvalid(path, result.error.issues.flatMap(describe));
  return result.data;
}

/** The fault of a domain: all mistakes at once, so that one edit mends them. */
export function domainInvalid(path: string, mistakes: readonly string[]): Fault {
  const heading = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
  return new Fault('DOMAIN_INVALID', `${path} has ${heading}:\n${mistakes.map(mistake => `  - ${mistake}`).join('\n')}`, {
    path,
    mistakes,
  });
}

function describe(issue: z.core.$ZodIssue): string[] {
  const key = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') return issue.keys.map(unknown => `${[...issue.path, unknown].join('.')}: unknown key`);
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return [`${key === '' ? 'the file' : key}: ${missing ? 'is missing' : issue.message}`];
}
