import { makeSubjects, type Subject } from './decoders.js';
import { seeded } from './mutate.js';

export interface FuzzReport {
  readonly inputs: number;
  readonly longestMs: number;
  /** "decoder, seed: what" */
  readonly defects: readonly string[];
}

/** Runs a decoder over `inputs` mutants; the same first seed gives the same mutants. */
export async function fuzz(subject: Subject, inputs: number, firstSeed: number): Promise<FuzzReport> {
  const defects: string[] = [];
  let longestMs = 0;
  for (let seed = firstSeed; seed < firstSeed + inputs; seed++) {
    try {
      let tookMs = await timed(subject, seed);
      if (tookMs > subject.longestMs) tookMs = Math.min(tookMs, await timed(subject, seed)); // another process may have had the core
      if (tookMs > subject.longestMs) defects.push(`${subject.name}, seed ${seed}: took ${Math.round(tookMs)} ms`);
      longestMs = Math.max(longestMs, tookMs);
    } catch (cause) {
      defects.push(`${subject.name}, seed ${seed}: ${String(cause)}`);
    }
  }
  return { inputs, longestMs, defects };
}

async function timed(subject: Subject, seed: number): Promise<number> {
  const began = performance.now();
  await subject.run(seeded(seed));
  return performance.now() - began;
}

/** `node dist/test/fuzz/run-fuzz.js 1000000 [first seed] [name]`: a million mutants shared out over all decoders, or over those whose name has that in it. */
async function main(inputs: number, firstSeed: number, named: string): Promise<void> {
  const subjects = (await makeSubjects()).filter(({ name }) => name.includes(named));
  const share = Math.ceil(inputs / subjects.length);
  for (const subject of subjects) {
    const began = performance.now();
    const { longestMs, defects } = await fuzz(subject, share, firstSeed);
    const perSecond = Math.round((1000 * share) / (performance.now() - began));
    process.stdout.write(
      `${subject.name}: ${share} mutants, ${perSecond}/s, longest ${Math.round(longestMs)} ms, ${defects.length} defects\n`,
    );
    for (const defect of defects.slice(0, 20)) process.stdout.write(`  ${defect}\n`);
    if (defects.length > 0) process.exitCode = 1;
  }
}

if (process.argv[1]?.endsWith('run-fuzz.js') === true)
  await main(Number(process.argv[2] ?? 15_000), Number(process.argv[3] ?? 1), process.argv[4] ?? '');
