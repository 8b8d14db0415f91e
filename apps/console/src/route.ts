/** Where in the console the reader is; deep links are hashes, so that any file server can serve the page. */
export interface Route {
  /** Null: the page shows the most urgent station. */
  readonly station: string | null;
}

export function parseRoute(hash: string): Route {
  const match = /^#\/station\/([^/?#]+)$/.exec(hash);
  if (!match?.[1]) return { station: null };
  try {
    return { station: decodeURIComponent(match[1]) };
  } catch {
    return { station: null };
  }
}

export const hashOf = (route: Route): string => (route.station === null ? '#/' : `#/station/${encodeURIComponent(route.station)}`);
