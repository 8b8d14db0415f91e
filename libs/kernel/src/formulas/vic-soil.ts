import { vicEvaporation } from './vic-evaporation.js';
import { vicInfiltration } from './vic-infiltration.js';

/** The two upper layers of VIC: the upper one evaporates what the canopy left of the demand, then both take in what fell through. */
export function vicSoil(pn: number, en: number, husl: number, hmsl: number, b: number, cusl: number, cmsl: number) {
  const dried = vicEvaporation(en, husl, b, cusl);
  const wetted = vicInfiltration(pn, dried.husl, hmsl, b, cusl, cmsl);
  return { es: dried.es, husl: wetted.husl, hmsl: wetted.hmsl, qr: wetted.qr };
}
