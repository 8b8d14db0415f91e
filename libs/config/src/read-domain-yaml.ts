import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { Fault } from '#errors';
import { DomainYaml, checkBetweenKeys } from './domain-schema.js';

/**
 * Reads the text of a domain.yaml.
 * @throws Fault DOMAIN_INVALID whose message lists every mistake, a line each, by its key.
 */
export function readDomainYaml(text: string, path: string): DomainYaml {
  const document = parseDocument(text, { prettyErrors: true });
  const syntax = document.errors.map(error => error.message.split('\n')[0]!.replace(/:$/, ''));
  if (syntax.length > 0) throw domainInvalid(path, syntax);
  const raw: unknown = document.toJS() ?? {};
  const result = DomainYaml.safeParse(raw, { reportInput: true });
  const mistakes = [...(result.error?.issues.flatMap(describe) ?? []), ...checkBetweenKeys(raw)];
  if (!result.success || mistakes.length > 0) throw domainInvalid(path, mistakes);
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
  if (issue.code === 'unrecognized_keys') return issue.keys.map(unknown => `${[...issue.path, unknown].join('.')}: unknown key`);
  const key = issue.path.join('.');
  return [`${key === '' ? 'the file' : key}: ${sayIssue(issue)}`];
}

/** What the value must be and what it is, in the words of the file's editor. */
function sayIssue(issue: z.core.$ZodIssue): string {
  const is = JSON.stringify(issue.input);
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return issue.message.startsWith('Invalid input')
        ? `must be ${ARTICLE[issue.expected] ?? issue.expected}, not ${is}`
        : `${issue.message}, not ${is}`;
    case 'too_small':
      return issue.origin === 'string'
        ? 'must not be empty'
        : `must be ${issue.inclusive === true ? 'at least' : 'above'} ${issue.minimum}, not ${is}`;
    case 'too_big':
      return `must be ${issue.inclusive === true ? 'at most' : 'below'} ${issue.maximum}, not ${is}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}, not ${is}`;
    default:
      return issue.message;
  }
}

const ARTICLE: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  object: 'a group of keys',
  array: 'a list',
  record: 'a group of keys',
};
