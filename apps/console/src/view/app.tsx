import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Client } from '../client.js';
import { lineOf, sayLost } from '../connection.js';
import { sayProblem, type Live, type LiveState } from '../live.js';
import type { ThemeName } from '../palette.js';
import { recallTheme, rememberTheme } from '../preferences.js';
import { applyTheme } from '../theme.js';
import { LostBanner, Notice, ReplayBanner } from './banner.js';
import type { ReplayActions } from './replay-controls.js';
import { SignInForm, Who } from './sign-in.js';
import { SituationPage } from './situation-page.js';
import { TopBar } from './top-bar.js';
import { useAccess } from './use-access.js';

export interface AppProps {
  readonly client: Client;
  readonly live: Pick<Live, 'refresh' | 'reopen'>;
  readonly state: LiveState;
}

const ACTS_NEED_KEY = 'Taking alerts, deciding on values and steering a replay need an operator’s key.';
const READS_NEED_KEY = 'This system shows its forecasts to whoever has a key.';

/** Banners and bar on top, the situation below; what a command was refused for stands in between. */
export function App({ client, live, state }: AppProps) {
  const [theme, setTheme] = useTheme();
  const [notice, setNotice] = useState('');
  const at = useSeconds();
  const { access, signIn } = useAccess(client, live);
  const asking = useAsking();
  const signOut = (): void => void signIn(null);
  const { situation, connection } = state;
  return (
    <div class="console">
      <div class="sticky">
        <ReplayBanner marker={situation?.marker ?? null} />
        <LostBanner sentence={sayLost(connection, at, situation?.now ?? null)} />
        <TopBar
          basin={situation?.basin.name ?? ''}
          now={situation?.now ?? null}
          replay={situation?.replay ?? null}
          actions={replayActions(client, live, setNotice)}
          line={lineOf(connection, at)}
          theme={theme}
          onTheme={setTheme}
          who={access && <Who access={access} onAsk={asking.begin} onSignOut={signOut} />}
        />
        {asking.open && <SignInForm reason={ACTS_NEED_KEY} onSignIn={signIn} onClose={asking.end} />}
        <Notice
          text={notice}
          onClose={() => {
            setNotice('');
          }}
        />
      </div>
      {connection.refused ? (
        <SignInForm reason={READS_NEED_KEY} onSignIn={signIn} onClose={null} />
      ) : situation ? (
        <SituationPage situation={situation} state={state} theme={theme} client={client} live={live} access={access} />
      ) : (
        <p class="waiting">{connection.problem ?? 'Reading the situation …'}</p>
      )}
    </div>
  );
}

function useAsking() {
  const [open, setOpen] = useState(false);
  const begin = (): void => {
    setOpen(true);
  };
  const end = (): void => {
    setOpen(false);
  };
  return { open, begin, end };
}

function replayActions(client: Client, live: Pick<Live, 'refresh'>, say: (notice: string) => void): ReplayActions {
  const act = (command: Promise<unknown>): void => {
    command.then(
      () => {
        say('');
        live.refresh();
      },
      (error: unknown) => {
        say(sayProblem(error));
      },
    );
  };
  return {
    pause: () => {
      act(client.pause());
    },
    resume: () => {
      act(client.resume());
    },
    setSpeed: speed => {
      act(client.setSpeed(speed));
    },
  };
}

function useTheme(): readonly [ThemeName, (theme: ThemeName) => void] {
  const [theme, setTheme] = useState<ThemeName>(recallTheme);
  // Before the paint: charts and map read the colours in their own effects, and a passive effect may wait for a frame.
  useLayoutEffect(() => {
    applyTheme(theme);
  }, [theme]);
  return [
    theme,
    chosen => {
      rememberTheme(chosen);
      setTheme(chosen);
    },
  ];
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
