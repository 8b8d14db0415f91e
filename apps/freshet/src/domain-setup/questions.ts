import { createInterface } from 'node:readline/promises';
import { Fault, isFault } from '#errors';

/** Something to be known before a domain can be written. */
export interface Question<T> {
  /** As the option that answers it is called. */
  readonly option: string;
  readonly text: string;
  /** What an empty answer means; absent: there must be one. */
  readonly otherwise?: string;
  /** Understands an answer. @throws Fault saying what is wrong with it */
  readonly read: (answer: string) => T | Promise<T>;
}

/** Answers questions from options or, where these say nothing, by asking whoever runs the command. */
export class Questions {
  readonly #lines: AsyncIterator<string> | null;
  readonly #close: () => void;

  private constructor(lines: AsyncIterator<string> | null, close: () => void) {
    this.#lines = lines;
    this.#close = close;
  }

  /** Options alone: what is missing is an error. */
  static silent(): Questions {
    return new Questions(null, () => undefined);
  }

  /** Asks on stderr and reads lines of stdin. */
  static asking(): Questions {
    const terminal = createInterface({ input: process.stdin });
    return new Questions(terminal[Symbol.asyncIterator](), () => {
      terminal.close();
    });
  }

  close(): void {
    this.#close();
  }

  get asks(): boolean {
    return this.#lines !== null;
  }

  /**
   * The option's value if there is one, else the answer; a wrong answer is asked for again, a wrong option is not.
   * @throws Fault COMMAND_INVALID when neither is there
   */
  async answer<T>(given: string | undefined, question: Question<T>): Promise<T> {
    const { option, text, otherwise, read } = question;
    if (given !== undefined) return await read(given);
    if (this.#lines === null) {
      if (otherwise !== undefined) return await read(otherwise);
      throw new Fault('COMMAND_INVALID', `${option} is missing: ${text}`, { option });
    }
    for (;;) {
      process.stderr.write(`${text}${otherwise === undefined || otherwise === '' ? '' : ` [${otherwise}]`}: `);
      const line = await this.#lines.next();
      if (line.done === true) throw new Fault('COMMAND_INVALID', `the input ended where ${option} was asked for`, { option });
      const answer = line.value.trim() === '' ? otherwise : line.value.trim();
      if (answer === undefined) continue;
      try {
        return await read(answer);
      } catch (error) {
        if (!isFault(error)) throw error;
        process.stderr.write(`  ${error.message}\n`);
      }
    }
  }
}
