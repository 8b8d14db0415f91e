import { EventSource as SignedEventSource } from 'signed-event-source';
import { render } from 'preact';
import { createClient } from './client.js';
import { followServer, type LiveState } from './live.js';
import { recallTheme } from './preferences.js';
import { parseRoute } from './route.js';
import { credentialsOf, recallKey } from './session.js';
import { applyTheme } from './theme.js';
import { App } from './view/app.js';

applyTheme(recallTheme());
const root = document.getElementById('console');
if (!root) throw new Error('index.html has no element #console');
const credentials = () => credentialsOf(recallKey());
const client = createClient('v1/', credentials);
const live = followServer(client, openStream, (state: LiveState) => {
  document.title = titleOf(state);
  render(<App client={client} live={live} state={state} />, root);
});
const follow = (): void => {
  live.select(parseRoute(location.hash).station);
};
window.addEventListener('hashchange', () => {
  follow();
  // On a phone the station lies below the list it was chosen from.
  if (window.matchMedia('(max-width: 880px)').matches) document.getElementById('station')?.scrollIntoView({ block: 'start' });
});
// Timers sleep in a hidden tab: whoever comes back sees the present at once.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) live.refresh();
});
follow();

/** A replay says so in the tab as well. */
function titleOf(state: LiveState): string {
  const name = state.situation ? `Freshet · ${state.situation.basin.name}` : 'Freshet';
  return state.situation?.marker ? `${state.situation.marker} · ${name}` : name;
}

/** The browser's own stream carries no headers; whoever has a key to show needs another. */
function openStream(): EventSource {
  if (recallKey() === null) return new EventSource('v1/stream');
  const signed: typeof fetch = (url, init) =>
    fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), ...credentials() } });
  return new SignedEventSource(new URL('v1/stream', location.href), { fetch: signed });
}
