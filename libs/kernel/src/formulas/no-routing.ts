/** The discharge of a cell is its own runoff; nothing is handed on. */
export function noRouting(runoff: number) {
  return { Q: runoff };
}

export function noRoutingHead(runoff: number) {
  return { Q: runoff };
}
