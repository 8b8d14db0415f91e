/** Named arrays in one memory, in elements. The plan depends only on its numbers, so equal runs find equal places. */
export class ArenaPlan {
  private readonly places = new Map<string, number>();
  private end: number;

  /** @param alignment every array starts at a multiple of this many elements */
  constructor(
    private readonly alignment: number,
    start = 0,
  ) {
    this.end = start;
  }

  place(name: string, elements: number): void {
    this.places.set(name, this.end);
    this.end += Math.ceil(elements / this.alignment) * this.alignment;
  }

  at(name: string): number {
    const place = this.places.get(name);
    if (place === undefined) throw new Error(`no array "${name}" in this plan`);
    return place;
  }

  get size(): number {
    return this.end;
  }
}
