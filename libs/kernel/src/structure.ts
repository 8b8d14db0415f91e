/** One operator of a model: a formula function and the file under formulas/ that exports it. */
export interface Slot {
  readonly formula: string;
  readonly file: string;
}

/** A hydrological structure is a list of slots; outputs of one are inputs of the next, matched by name. */
export interface Structure {
  readonly slots: readonly Slot[];
  /** Depths that leave and enter the column, for the mass balance. */
  readonly evaporation: readonly string[];
  readonly exchange: string;
  /** The capacity of each store, so that the water in it can be summed. */
  readonly capacityOf: Readonly<Record<string, string>>;
}

/** A routing is the formula of a reach and that of a headwater, which has no reach above it. */
export interface Routing {
  readonly reach: Slot;
  readonly head: Slot;
}

const slot = (formula: string, file: string): Slot => ({ formula, file });

export const STRUCTURES = {
  gr4: {
    slots: [
      slot('interception', 'interception'),
      slot('production', 'production'),
      slot('exchange', 'exchange'),
      slot('transfer', 'transfer'),
    ],
    evaporation: ['ei', 'es'],
    exchange: 'exchanged',
    capacityOf: { hi: 'ci', hp: 'cp', ht: 'ct' },
  },
} as const satisfies Record<string, Structure>;

export const ROUTINGS = {
  lag0: { reach: slot('lag0', 'lag0'), head: slot('lag0Head', 'lag0') },
  lr: { reach: slot('linearReservoir', 'linear-reservoir'), head: slot('linearReservoirHead', 'linear-reservoir') },
  kw: { reach: slot('kinematicWave', 'kinematic-wave'), head: slot('kinematicWaveHead', 'kinematic-wave') },
} as const satisfies Record<string, Routing>;

export type StructureName = keyof typeof STRUCTURES;
export type RoutingName = keyof typeof ROUTINGS;
