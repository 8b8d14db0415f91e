import { readFileSync, readdirSync } from 'node:fs';

/** The processes of this machine that `pid` has started and that run. */
export const childrenOf = (pid: number): number[] => runningProcesses().filter(each => parentOf(each) === pid);

/** Those, theirs, and so on. */
export const descendantsOf = (pid: number): number[] => childrenOf(pid).flatMap(child => [child, ...descendantsOf(child)]);

/** Every process of this machine that has not ended. */
export const runningProcesses = (): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => stateOf(pid) !== null);

const parentOf = (pid: number): number | null => stateOf(pid)?.parent ?? null;

/** After the name, which stands in brackets and may hold anything: a letter for the state, Z of one that has ended, and the parent. */
function stateOf(pid: number): { readonly parent: number } | null {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return state === 'Z' ? null : { parent: Number(parent) };
  } catch {
    return null;
  }
}
