import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Client } from '../client.js';
import { lineOf, sayLost } from '../connection.js';
import type { Live, LiveState } from '../live.js';
import { hasWebGl2 } from '../map/webgl.js';
import { PALETTES, type ThemeName } from '../palette.js';
import { recallTheme, rememberTheme } from '../preferences.js';
import { rankStations, sayHeadline, type Situation } from '../situation.js';
import { applyTheme } from '../theme.js';
import { AlertList } from './alert-list.js';
import { LostBanner, ReplayBanner } from './banner.js';
import { BasinPanel } from './basin-panel.js';
import { HeadlineBar } from './headline.js';
import { InputList } from './input-list.js';
import { StationPanel } from './station-panel.js';
import { StationTable } from './station-table.js';
import { TopBar } from './top-bar.js';

export interface AppProps {
  readonly client: Client;
  readonly live: Pick<Live, 'refresh'>;
  readonly state: LiveState;
}

export function App({ client, live, state }: AppProps) {
  const [theme, setTheme] = useState<ThemeName>(recallTheme);
  const at = useSeconds();
  useEffect(() => {
    applyTheme(theme);
  }, [theme]);
  const { situation, connection } = state;
  const act = (command: Promise<unknown>): void => {
    command.then(live.refresh, live.refresh);
  };
  return (
    <div class="console">
      <div class="sticky">
        <ReplayBanner marker={situation?.marker ?? null} />
        <LostBanner sentence={sayLost(connection, at, situation?.now ?? null)} />
        <TopBar
          basin={situation?.basin.name ?? ''}
          now={situation?.now ?? null}
          replay={situation?.replay ?? null}
          actions={{
            pause: () => {
              act(client.pause());
            },
            resume: () => {
              act(client.resume());
            },
            setSpeed: speed => {
              act(client.setSpeed(speed));
            },
          }}
          line={lineOf(connection, at)}
          theme={theme}
          onTheme={chosen => {
            rememberTheme(chosen);
            setTheme(chosen);
          }}
        />
      </div>
      {situation ? (
        <Page situation={situation} state={state} theme={theme} client={client} live={live} />
      ) : (
        <p class="waiting">{connection.problem ?? 'Reading the situation …'}</p>
      )}
    </div>
  );
}

interface PageProps extends AppProps {
  readonly situation: Situation;
  readonly theme: ThemeName;
}

function Page({ situation, state, theme, client, live }: PageProps) {
  const palette = PALETTES[theme];
  const standings = useMemo(() => rankStations(situation), [situation]);
  const selected = state.shown?.station ?? null;
  const standing = standings.find(one => one.station.id === selected);
  const contents = useMemo(() => ({ map: situation.map, palette, standings, selected }), [situation.map, palette, standings, selected]);
  const { now } = situation;
  return (
    <main>
      <HeadlineBar headline={sayHeadline(situation)} />
      {state.unknownStation !== null && (
        <p class="note" role="alert">
          There is no station “{state.unknownStation}” here; showing another.
        </p>
      )}
      <div class="columns">
        <div class="column-basin">
          {hasWebGl2() ? (
            <BasinPanel contents={contents} />
          ) : (
            <p class="panel note" data-test="no-map">
              This browser cannot draw the map (no WebGL 2). The table below says the same.
            </p>
          )}
          <section class="panel" aria-label="Stations">
            <StationTable standings={standings} selected={selected} now={now} />
          </section>
        </div>
        {standing && <StationPanel key={selected} standing={standing} detail={state.shown?.detail ?? null} now={now} palette={palette} />}
        <div class="column-alerts">
          <section class="panel alert-panel" aria-labelledby="alerts-title">
            <h2 id="alerts-title">Alerts</h2>
            <AlertList
              alerts={situation.alerts}
              now={now}
              informed={situation.inputs.every(input => input.state === 'fresh')}
              onAcknowledge={async (signed, operator) => {
                await Promise.all(signed.map(alert => client.acknowledge(alert, operator)));
                live.refresh();
              }}
            />
          </section>
          <section class="panel" aria-labelledby="inputs-title">
            <h2 id="inputs-title">Age of the inputs</h2>
            <InputList inputs={situation.inputs} now={now} />
          </section>
        </div>
      </div>
      <footer>
        All times are UTC. Levels are Freshet’s own return levels, not warnings of an authority. <a href="docs">API</a>
      </footer>
    </main>
  );
}

/** The browser's monotonic clock, once a second: only to say how long the server has been silent. */
function useSeconds(): number {
  const [at, setAt] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setAt(performance.now());
    }, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return at;
}
