import { useMemo, useState } from 'preact/hooks';
import type { AccessReply } from '#contracts';
import { sayAlertCount } from '../group-alerts.js';
import { hasWebGl2 } from '../map/webgl.js';
import { PALETTES, type ThemeName } from '../palette.js';
import { rankStations, sayHeadline, type Situation } from '../situation.js';
import { ActsPanel } from './acts-panel.js';
import { AlertList } from './alert-list.js';
import type { AppProps } from './app.js';
import { BasinPanel } from './basin-panel.js';
import { HeadlineBar } from './headline.js';
import { FeedList } from './feed-list.js';
import { InputList } from './input-list.js';
import { LateValuesPanel } from './late-values-panel.js';
import { RainGaugePanel } from './rain-gauge-panel.js';
import { StationPanel } from './station-panel.js';
import { StationTable } from './station-table.js';

export interface SituationPageProps extends AppProps {
  readonly situation: Situation;
  readonly theme: ThemeName;
  /** Null until it is known what this tab may do. */
  readonly access: AccessReply | null;
}

/** The page: headline; where; how high and when; what to acknowledge and what to trust. */
export function SituationPage(props: SituationPageProps) {
  const { situation, state, theme } = props;
  const palette = PALETTES[theme];
  const standings = useMemo(() => rankStations(situation), [situation]);
  const selected = state.shown?.station ?? null;
  const standing = standings.find(one => one.station.id === selected);
  const contents = useMemo(() => ({ map: situation.map, palette, standings, selected }), [situation.map, palette, standings, selected]);
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
          {hasWebGl2() ? <BasinPanel contents={contents} /> : <NoMap />}
          <section class="panel" aria-label="Stations">
            <StationTable standings={standings} selected={selected} now={situation.now} />
          </section>
        </div>
        {standing && (
          <StationPanel
            key={selected}
            standing={standing}
            detail={state.shown?.detail ?? null}
            now={situation.now}
            palette={palette}
            nameOf={input => situation.inputs.find(one => one.input === input)?.name ?? input}
            onDecide={async verdict => {
              await props.client.decide(standing.station.id, verdict);
              props.live.refresh();
            }}
          />
        )}
        <AlertColumn {...props} />
      </div>
      <footer>
        All times are UTC. Levels are Freshet’s own return levels, not warnings of an authority. <a href="docs">API</a>
      </footer>
    </main>
  );
}

const NoMap = () => (
  <p class="panel note" data-test="no-map">
    This browser cannot draw the map (no WebGL 2). The table below says the same.
  </p>
);

function AlertColumn({ situation, client, live, access }: SituationPageProps) {
  const { alerts, inputs, now, basin } = situation;
  return (
    <div class="column-alerts">
      <section class="panel alert-panel" aria-labelledby="alerts-title">
        <h2 id="alerts-title">
          Alerts <small>{sayAlertCount(alerts)}</small>
        </h2>
        <AlertList
          alerts={alerts}
          now={now}
          informed={inputs.every(input => input.state === 'fresh')}
          onAcknowledge={async (signed, signature) => {
            await Promise.all(signed.map(alert => client.acknowledge(alert, signature)));
            live.refresh();
          }}
        />
      </section>
      <InputPanel situation={situation} client={client} live={live} />
      <LateValuesPanel client={client} basin={basin.id} now={now} />
      {access?.mayAct === true && <ActsPanel client={client} caller={access.caller?.name ?? ''} />}
    </div>
  );
}

/** How old what comes in is, how the sources stand, and what operators decide of rain gauges: those of rivers have a page each. */
function InputPanel({ situation, client, live }: Pick<SituationPageProps, 'situation' | 'client' | 'live'>) {
  const [decided, setDecided] = useState<string | null>(null);
  const { inputs, feeds, refused, now } = situation;
  const gauge = inputs.find(({ input }) => input === decided);
  return (
    <section class="panel" aria-labelledby="inputs-title">
      <h2 id="inputs-title">Age of the inputs</h2>
      <InputList
        inputs={inputs}
        now={now}
        onDecide={({ input }) => {
          setDecided(input);
        }}
      />
      {gauge && (
        <RainGaugePanel
          key={gauge.input}
          client={client}
          gauge={gauge}
          now={now}
          onClose={() => {
            setDecided(null);
            live.refresh();
          }}
        />
      )}
      {feeds.length > 0 && <FeedList feeds={feeds} refused={refused} now={now} />}
    </section>
  );
}
