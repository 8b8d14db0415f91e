import type { Message } from '#bus';
import { DAY_MS, HOUR_MS, epochMs, type BasinId, type EpochMs } from '#hydrology';
import { GaugeJudge, SPATIAL_WINDOW_MS, type GaugeNetwork } from '#observation';
import { readJudged, type Pool } from '#store';

/** The rate of change, the spike and the datum look six hours back, and include the value of just then. */
const CHECKS_REACH_MS = 6 * HOUR_MS + 1;
/** Neighbours are compared over a window that ends up to an hour before a value. */
const SPATIAL_REACH_MS = SPATIAL_WINDOW_MS + HOUR_MS;
/** The same reading is looked for as far back as this: low flow may stand still for a fortnight. */
const SAME_READING_REACH_MS = 15 * DAY_MS;
/** What came before a late value but is stamped after it tells whether it is a spike. */
const AHEAD_MS = 6 * HOUR_MS;

/**
 * A judge that knows what was known before the batch was received, as far back as the checks look. Where a river moved within the last
 * hours nobody looks further; only for one that stood still the fortnight before is read too.
 * @param inOrder messages by the time they were received
 */
export async function readKnown(
  pool: Pool,
  basin: BasinId,
  network: GaugeNetwork,
  inOrder: readonly Message<'obs.gauge.v1'>[],
): Promise<GaugeJudge> {
  const judge = new GaugeJudge(network);
  const earliest = earliestOf(inOrder);
  if (earliest.size === 0) return judge;
  const values = inOrder.flatMap(({ value }) => value.values);
  const [from, to] = [reduce(values, Math.min), reduce(values, Math.max)];
  const read = async (variable: 'Q' | 'H', reachMs: number, stations?: readonly string[]) => {
    const known = await readJudged(pool, {
      ...{ basin, variable, from: epochMs(from - reachMs), to: epochMs(to + AHEAD_MS) },
      asOf: epochMs(inOrder[0]!.value.receivedAt - 1),
      ...(stations && { stations }),
    });
    for (const [station, judged] of known) judge.know(variable, station, judged);
  };
  await read('Q', network.links.length > 0 ? SPATIAL_REACH_MS : CHECKS_REACH_MS);
  if (values.some(({ variable }) => variable === 'H')) await read('H', CHECKS_REACH_MS);
  const still = [...earliest].filter(([station, time]) => !judge.discharge(station).changesBefore(time)).map(([station]) => station);
  if (still.length > 0) await read('Q', SAME_READING_REACH_MS, still);
  return judge;
}

const reduce = (values: readonly { readonly validTime: number }[], pick: (a: number, b: number) => number): number =>
  values.map(({ validTime }) => validTime).reduce((a, b) => pick(a, b));

/** Valid time of the first value of each station that is in the batch; a stage may become discharge. */
function earliestOf(batch: readonly Message<'obs.gauge.v1'>[]): Map<string, EpochMs> {
  const earliest = new Map<string, EpochMs>();
  for (const { value } of batch) {
    for (const { station, validTime } of value.values) {
      earliest.set(station, epochMs(Math.min(earliest.get(station) ?? validTime, validTime)));
    }
  }
  return earliest;
}
