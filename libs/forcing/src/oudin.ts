/** MJ m⁻² min⁻¹ */
const SOLAR_CONSTANT = 0.082;
/** MJ that evaporate 1 kg of water, which is 1 mm on a m². */
const LATENT_HEAT = 2.45;
const MINUTES_A_DAY = 1440;

/**
 * Radiation that reaches the top of the atmosphere in a day, MJ m⁻²: FAO Irrigation and Drainage Paper 56, equation 21.
 * @param latitude degrees, north positive
 * @param dayOfYear 1 = 1 January
 */
export function extraterrestrialRadiation(latitude: number, dayOfYear: number): number {
  const phi = (latitude * Math.PI) / 180;
  const angle = (2 * Math.PI * dayOfYear) / 365;
  const declination = 0.409 * Math.sin(angle - 1.39);
  const distance = 1 + 0.033 * Math.cos(angle);
  const sunset = Math.acos(Math.min(1, Math.max(-1, -Math.tan(phi) * Math.tan(declination)))); // beyond: no night, no day
  const geometry = sunset * Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.sin(sunset);
  return Math.max(0, (MINUTES_A_DAY / Math.PI) * SOLAR_CONSTANT * distance * geometry);
}

/**
 * Potential evapotranspiration of a day, mm, by temperature and latitude alone: Oudin et al. (2005, J. Hydrol. 303), who chose it of 27 formulas
 * for the streamflow that rainfall-runoff models make of it. Nothing evaporates at −5 °C and below.
 * @param temperature mean of the day, °C; NaN gives NaN
 * @param radiation see `extraterrestrialRadiation`
 */
export function oudinPet(temperature: number, radiation: number): number {
  return temperature <= -5 ? 0 : ((radiation / LATENT_HEAT) * (temperature + 5)) / 100;
}
