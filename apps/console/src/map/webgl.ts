let answer: boolean | null = null;

/**
 * MapLibre needs WebGL 2; without it the console shows the stations as a table, which says the same.
 * Asked once and the probe given back: browsers drop the oldest context, the map's, when there are too many.
 */
export function hasWebGl2(): boolean {
  answer ??= probe();
  return answer;
}

function probe(): boolean {
  try {
    const context = document.createElement('canvas').getContext('webgl2');
    context?.getExtension('WEBGL_lose_context')?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}
