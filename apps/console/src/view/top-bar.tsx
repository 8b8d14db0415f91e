import type { ComponentChildren } from 'preact';
import type { ReplayState } from '#contracts';
import type { Line } from '../connection.js';
import { formatDate, formatTime } from '../format.js';
import type { ThemeName } from '../palette.js';
import { ReplayControls, type ReplayActions } from './replay-controls.js';

export interface TopBarProps {
  readonly basin: string;
  readonly now: number | null;
  readonly replay: ReplayState | null;
  readonly actions: ReplayActions;
  readonly line: Line;
  readonly theme: ThemeName;
  readonly onTheme: (theme: ThemeName) => void;
  /** Who is signed in; null where nobody need be. */
  readonly who: ComponentChildren;
}

const LINES: Readonly<Record<Line, { readonly word: string; readonly title: string }>> = {
  connecting: { word: 'Connecting', title: 'Waiting for the first answer' },
  live: { word: 'Live', title: 'The server says when there is something new' },
  polling: { word: 'Polling', title: 'The stream is cut; the page asks every 5 s' },
  lost: { word: 'Lost', title: 'The server does not answer' },
};

/** Which basin, which time, and whether the page is alive. */
export function TopBar(props: TopBarProps) {
  const other: ThemeName = props.theme === 'dark' ? 'light' : 'dark';
  return (
    <header class="top-bar">
      <a class="brand" href="#/" aria-label="Freshet: most urgent station">
        <img src="favicon.svg" alt="" width="26" height="26" />
        <span>Freshet</span>
      </a>
      <h1>{props.basin}</h1>
      <Clock now={props.now} replay={props.replay !== null} />
      {props.replay && <ReplayControls replay={props.replay} actions={props.actions} />}
      <span class={`line-state is-${props.line}`} title={LINES[props.line].title} data-test="line">
        <i aria-hidden="true" /> {LINES[props.line].word}
      </span>
      {props.who}
      <button
        type="button"
        class="plain theme"
        aria-label={`Use the ${other} theme`}
        onClick={() => {
          props.onTheme(other);
        }}
      >
        {props.theme === 'dark' ? '☀' : '☾'}
      </button>
    </header>
  );
}

function Clock({ now, replay }: { readonly now: number | null; readonly replay: boolean }) {
  if (now === null) return <div class="clock" />;
  return (
    <div class="clock" data-test="clock">
      <time dateTime={new Date(now).toISOString()}>
        <span class="clock-date">{formatDate(now)}</span> <b>{formatTime(now)}</b> UTC
      </time>
      {replay && <span class="clock-kind">replay clock</span>}
    </div>
  );
}
