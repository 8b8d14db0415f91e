/**
 * One reading at a time for everybody: who asks while one is under way gets the next, with all who ask meanwhile. So nobody is
 * told what was true before he asked, and a database that slows down is asked less often instead of more.
 */
export class JointReading<T> {
  #running: Promise<T> | null = null;
  #next: Promise<T> | null = null;

  constructor(private readonly read: () => Promise<T>) {}

  ask(): Promise<T> {
    if (this.#running === null) return this.#begin();
    const begin = (): Promise<T> => {
      this.#next = null;
      return this.#begin();
    };
    this.#next ??= this.#running.then(begin, begin);
    return this.#next;
  }

  #begin(): Promise<T> {
    const reading = this.read().finally(() => {
      if (this.#running === reading) this.#running = null;
    });
    this.#running = reading;
    return reading;
  }
}
