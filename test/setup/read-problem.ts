import { expect } from '@jest/globals';
import { Problem } from '#contracts';

/** A refusal of the API, in the form that it promises. */
export async function readProblem(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = Problem.parse(await response.json());
  expect(problem.status).toBe(response.status);
  return problem;
}
