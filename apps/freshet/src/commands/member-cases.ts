import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { LoadedDomain } from '#config';
import type { BasinModel } from '#cycle';
import { Fault } from '#errors';
import { toIso } from '#hydrology';
import type { Kernel } from '#kernel';
import type { MemberInputs } from '#learning';
import { runHindcast, type HindcastPlan } from './run-hindcast.js';

export interface CaseSource {
  readonly plan: HindcastPlan;
  readonly domain: LoadedDomain;
  readonly basin: BasinModel;
  readonly kernel: Kernel;
  readonly onCycle: (done: number) => void;
}

/** What members would have seen in every cycle of a hindcast; the physics is computed once and kept in `file`, if one is named. */
export async function readOrComputeCases(source: CaseSource, file: string | undefined): Promise<MemberInputs[]> {
  const about = describe(source);
  if (file !== undefined && existsSync(file)) return await readCases(file, about);
  const cases = computeCases(source);
  if (file !== undefined) await writeCases(file, about, cases);
  return cases;
}

function computeCases({ plan, domain, basin, kernel, onCycle }: CaseSource): MemberInputs[] {
  const cases: MemberInputs[] = [];
  for (const { members } of runHindcast(plan, domain, { ...basin, members: [] }, kernel)) {
    cases.push(members!.inputs);
    onCycle(cases.length);
  }
  return cases;
}

/** Everything that decides the cases: a file of others is refused. */
function describe({ plan, basin }: CaseSource): string {
  const rain = createHash('sha256');
  for (const { values } of plan.record) rain.update(values);
  const { from, to, everyMs, latency } = plan;
  return JSON.stringify({
    from: toIso(from),
    to: toIso(to),
    everyMs,
    rain: plan.rain,
    latency,
    depths: rain.digest('hex'),
    ...basin.versions,
  });
}

async function readCases(file: string, about: string): Promise<MemberInputs[]> {
  const [first, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  if (first !== about) {
    throw new Fault('COMMAND_INVALID', `${file} holds the cases of another period, model or domain; remove it or name another file`, {
      file,
    });
  }
  // NaN is null in JSON
  return lines.map(line => JSON.parse(line, (_, value: unknown) => (value === null ? Number.NaN : value)) as MemberInputs);
}

async function writeCases(file: string, about: string, cases: readonly MemberInputs[]): Promise<void> {
  const stream = createWriteStream(file);
  stream.write(`${about}\n`);
  for (const one of cases) stream.write(`${JSON.stringify(one)}\n`);
  stream.end();
  await finished(stream);
}
