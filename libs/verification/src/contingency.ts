/** Counts of a yes/no forecast of an event against what came. */
export interface ContingencyTable {
  readonly hits: number;
  readonly falseAlarms: number;
  readonly misses: number;
  readonly correctNegatives: number;
}

/** Counts exceedances of a threshold; pairs with a missing side are left out. */
export function countContingencies(forecast: ArrayLike<number>, observed: ArrayLike<number>, threshold: number): ContingencyTable {
  const table = { hits: 0, falseAlarms: 0, misses: 0, correctNegatives: 0 };
  for (let k = 0; k < observed.length; k++) {
    const [f, o] = [forecast[k]!, observed[k]!];
    if (!Number.isFinite(f) || !Number.isFinite(o)) continue;
    if (f > threshold) table[o > threshold ? 'hits' : 'falseAlarms']++;
    else table[o > threshold ? 'misses' : 'correctNegatives']++;
  }
  return table;
}

/** Probability of detection H/(H+M); NaN when the event never came. */
export const probabilityOfDetection = ({ hits, misses }: ContingencyTable): number => hits / (hits + misses);

/** False alarm ratio F/(H+F); NaN when it was never forecast. */
export const falseAlarmRatio = ({ hits, falseAlarms }: ContingencyTable): number => falseAlarms / (hits + falseAlarms);

/** Probability of false detection F/(F+N). */
export const probabilityOfFalseDetection = ({ falseAlarms, correctNegatives }: ContingencyTable): number =>
  falseAlarms / (falseAlarms + correctNegatives);

/** Critical success index (threat score) H/(H+M+F). */
export const criticalSuccessIndex = ({ hits, misses, falseAlarms }: ContingencyTable): number => hits / (hits + misses + falseAlarms);

/** Frequency bias (H+F)/(H+M). */
export const frequencyBias = ({ hits, misses, falseAlarms }: ContingencyTable): number => (hits + falseAlarms) / (hits + misses);

/** Equitable threat score: CSI without the hits expected by chance. */
export function equitableThreatScore(table: ContingencyTable): number {
  const { hits, falseAlarms, misses, correctNegatives } = table;
  const chance = ((hits + falseAlarms) * (hits + misses)) / (hits + falseAlarms + misses + correctNegatives);
  return (hits - chance) / (hits + falseAlarms + misses - chance);
}
