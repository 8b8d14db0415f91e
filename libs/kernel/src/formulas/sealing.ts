/**
 * Impervious ground: its share of the net rain, like its share of the demand left, does not reach the soil. Two slots around any
 * structure, so that one without them pays nothing; with imperviousness = 0 they change no bit.
 */
export function sealing(pn: number, en: number, imperviousness: number) {
  const sealed = imperviousness * pn;
  return { pn: pn - sealed, en: en - imperviousness * en, sealed };
}

/** What fell on impervious ground runs off in the step: no drop of it is lost (SMASH loses all of it). */
export function sealedRunoff(qt: number, sealed: number) {
  return { qt: qt + sealed };
}
