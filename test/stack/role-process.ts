import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './prepare.js';

const BIN = 'apps/freshet/bin/freshet.js';

export interface RoleProcessOptions {
  /** Arguments of the command, such as `serve forecast`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** File that takes its log. */
  readonly log: string;
}

/** A Freshet process of its own, as an orchestrator would run it. */
export class RoleProcess {
  #child: ChildProcess | null = null;
  #stdout = '';

  constructor(readonly options: RoleProcessOptions) {}

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** What it printed since its last start. */
  get stdout(): string {
    return this.#stdout;
  }

  /** Starts it, of the package in `root`: another version, where it is not this one. */
  start(root: string = ROOT): void {
    const { args, env, log } = this.options;
    const file = openSync(log, 'a');
    this.#stdout = '';
    this.#child = spawn(process.execPath, [join(root, BIN), ...args], { stdio: ['ignore', 'pipe', file], env: { ...process.env, ...env } });
    closeSync(file);
    this.#child.stdout!.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
  }

  /** Resolves with the exit code when it has ended by itself or otherwise. */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child === null) return null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const [code] = (await once(child, 'close')) as [number | null];
    return code;
  }

  /** kill -9: nothing is drained. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM: drains. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === null || !this.isRunning()) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}
