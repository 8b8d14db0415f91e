/** One operator: symbols of the register and outputs of earlier operators in, named numbers out. Its parameters' names are the wiring. */
export type Formula = (...symbols: number[]) => Readonly<Record<string, number>>;

/** The places of a column in the order in which a step passes them; a structure fills those it has. */
export const SLOTS = ['snow', 'interception', 'surface', 'production', 'exchange', 'transfer', 'outlet'] as const;
export type SlotName = (typeof SLOTS)[number];

/**
 * A hydrological structure: one file under structures/, which exports it under the file's name. It names formulas; the compiler
 * reads them from their source, so a formula is a function of that file or is imported by it.
 */
export interface Structure {
  readonly title: string;
  /** Papers the equations are from. */
  readonly source: string;
  readonly slots: Readonly<Partial<Record<SlotName, Formula>>>;
  /** Evaluated once a step, before the production slot. */
  readonly network?: NetworkSlot;
  /** Outputs that leave the column as vapour, mm per step. */
  readonly evaporation: readonly string[];
  /** Outputs that come from or go to where no store is, positive into the column, mm per step: exchange, a corrected runoff. */
  readonly exchange: readonly string[];
  /** The stores: mm of water per unit of the state, a number or the capacity it is relative to. */
  readonly stores: Readonly<Record<string, string | number>>;
}

/**
 * A neural network inside the step: outputs of earlier slots, states or parameters go in; what it gives, any real numbers under these
 * names, is taken by later slots. How many layers there are between is said when a kernel is made.
 */
export interface NetworkSlot {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A routing is the formula of a reach and that of a headwater, which has no reach above it. One file under routings/. */
export interface Routing {
  readonly title: string;
  readonly source: string;
  readonly reach: Formula;
  readonly head: Formula;
}
