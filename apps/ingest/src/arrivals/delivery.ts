import type { EpochMs } from '#hydrology';
import type { ObservationSource, PollWindow, RawReject, Reject } from '#observation';

/** Something that was to become a file of the folder and did not, by name. */
export interface Undelivered {
  /** Key, address or topic. */
  readonly subject: string;
  readonly why: Reject;
}

/** Brings files into a watched folder from elsewhere. */
export interface Delivery {
  /**
   * What came since is in the folder, whole, when this ends; what cannot be taken is given by name.
   * @throws SourceFailure when what could be had was delivered and something is still to come.
   */
  deliver(window: PollWindow, signal: AbortSignal): AsyncIterable<Undelivered>;
  /** What was given by name has been published: it need not be given again. */
  taken(): Promise<void>;
  /** There is more that can be had at once. */
  behind(): boolean;
  /** Connections are given up. */
  leave(): Promise<void>;
}

/** A watched folder into which files are delivered before each look. From then on they are as if somebody had dropped them there. */
export function afterDelivery(
  source: ObservationSource,
  delivery: Delivery,
  { input, now }: { readonly input: RawReject['input']; readonly now: () => EpochMs },
): ObservationSource {
  return {
    id: source.id,
    poll: async function* (window, signal) {
      const failures: unknown[] = [];
      try {
        for await (const { subject, why } of delivery.deliver(window, signal)) {
          yield { kind: 'reject', input, subject, receivedAt: now(), ...why };
        }
      } catch (cause) {
        failures.push(cause);
      }
      yield* source.poll(window, signal);
      if (failures.length > 0) throw failures[0];
    },
    taken: async () => {
      await delivery.taken();
      await source.taken?.();
    },
    behind: () => source.behind?.() === true || delivery.behind(),
    leave: () => delivery.leave(),
  };
}
