/**
 * The package `eventsource` by the name that bundle.ts gives it. Under its own, the compiler would resolve `source`, as it
 * does for our rooms, and compile its sources, which are not ours.
 */
declare module 'signed-event-source' {
  export const EventSource: new (url: URL, options: { readonly fetch: typeof fetch }) => globalThis.EventSource;
}
