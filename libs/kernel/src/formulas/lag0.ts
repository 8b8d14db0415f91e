/** Everything that runs off in the basin passes its outlet in the same step. */
export function lag0(runoff: number, qup: number) {
  return { Q: runoff + qup };
}

export function lag0Head(runoff: number) {
  return { Q: runoff };
}
