/** MapLibre needs WebGL 2. Without it the console shows the stations as a table, which says the same. */
export function hasWebGl2(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null;
  } catch {
    return false;
  }
}
