import { Fault } from '#errors';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly keys?: readonly string[];
}

/** Names every wrong parameter of a request at once. */
export function queryProblem(issues: readonly Issue[]): Fault {
  const errors = issues.flatMap(issue => parametersOf(issue).map(parameter => ({ parameter, message: issue.message })));
  const detail = errors.map(({ parameter, message }) => `${parameter}: ${message}`).join('; ');
  return new Fault('QUERY_INVALID', detail, { errors });
}

function parametersOf({ path, keys }: Issue): readonly string[] {
  if (keys !== undefined && keys.length > 0) return keys;
  const names = (path ?? []).map(part => String(typeof part === 'object' ? part.key : part));
  return [names.length > 0 ? names.join('.') : 'request'];
}
