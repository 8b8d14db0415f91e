import type { ReplayState } from '#contracts';

export interface ReplayActions {
  readonly pause: () => void;
  readonly resume: () => void;
  readonly setSpeed: (minutesPerSecond: number | null) => void;
}

/** Simulated minutes a second; 0.0167 is real time. */
const SPEEDS: readonly { readonly value: string; readonly word: string }[] = [
  { value: String(1 / 60), word: 'real time' },
  { value: '1', word: '1 min/s' },
  { value: '5', word: '5 min/s' },
  { value: '15', word: '15 min/s' },
  { value: '60', word: '1 h/s' },
  { value: 'max', word: 'as fast as it goes' },
];

export function ReplayControls({ replay, actions }: { readonly replay: ReplayState; readonly actions: ReplayActions }) {
  if (replay.state === 'finished') return <span class="replay-controls">Replay finished</span>;
  const paused = replay.state === 'paused';
  return (
    <div class="replay-controls" role="group" aria-label="Replay clock">
      <button type="button" onClick={paused ? actions.resume : actions.pause} data-test="pause">
        {paused ? '▶ Resume' : '❚❚ Pause'}
      </button>
      <label>
        <span class="hidden">Speed</span>
        <select
          value={speedValue(replay)}
          onChange={event => {
            const { value } = event.currentTarget;
            actions.setSpeed(value === 'max' ? null : Number(value));
          }}
        >
          {offeredSpeeds(replay).map(speed => (
            <option key={speed.value} value={speed.value}>
              {speed.word}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

const speedValue = (replay: ReplayState): string => (replay.speedMinutesPerSecond === null ? 'max' : String(replay.speedMinutesPerSecond));

/** The usual speeds and the one it runs at, whichever that is. */
function offeredSpeeds(replay: ReplayState): typeof SPEEDS {
  const value = speedValue(replay);
  return SPEEDS.some(speed => speed.value === value) ? SPEEDS : [{ value, word: `${value} min/s` }, ...SPEEDS];
}
