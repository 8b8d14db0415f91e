import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SourceFailure } from '../http/source-failure.js';

/** Lines kept, newest last: a year of files every 15 minutes. */
const MOST_KNOWN = 40_000;

/** What came before, over restarts: a file of hashes with what they stand for, as sha256sum writes it. */
export class Remembered {
  #known: Set<string> | null = null;

  constructor(private readonly path: string) {}

  /** Reads the file where that was not done before. @throws SourceFailure FOLDER_UNREADABLE */
  async load(): Promise<void> {
    this.#known ??= new Set(await this.#read());
  }

  /** @param hash sha256 in hexadecimals */
  has(hash: string): boolean {
    return this.#known?.has(hash) ?? false;
  }

  /** @param name for people; it does not count */
  async add(hash: string, name: string): Promise<void> {
    const known = (this.#known ??= new Set());
    if (known.has(hash)) return;
    known.add(hash);
    await mkdir(dirname(this.path), { recursive: true });
    await appendFile(this.path, `${hash}  ${name.replaceAll(/[\r\n]/g, ' ')}\n`);
    if (known.size >= 2 * MOST_KNOWN) await this.#forgetOldest();
  }

  async #forgetOldest(): Promise<void> {
    const kept = (await readFile(this.path, 'utf8')).trimEnd().split('\n').slice(-MOST_KNOWN);
    await writeFile(`${this.path}.tmp`, `${kept.join('\n')}\n`);
    await rename(`${this.path}.tmp`, this.path);
    this.#known = new Set(kept.map(hashOfLine));
  }

  async #read(): Promise<string[]> {
    const text = await readFile(this.path, 'utf8').catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw new SourceFailure('FOLDER_UNREADABLE', `${this.path} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? 'no reason'}`);
    });
    return text
      .split('\n')
      .filter(line => /^[0-9a-f]{64} /.test(line))
      .map(hashOfLine);
  }
}

const hashOfLine = (line: string): string => line.slice(0, 64);

export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
