import type { InputStatus } from '#contracts';
import { formatDuration, formatStamp } from '../format.js';

export interface InputListProps {
  readonly inputs: readonly InputStatus[];
  readonly now: number;
  /** A rain gauge, whose values an operator wants to decide on. */
  readonly onDecide: (gauge: InputStatus) => void;
}

/** The age of every input. What is late or silent is said in words and by a mark, not by colour alone. */
export function InputList({ inputs, now, onDecide }: InputListProps) {
  return (
    <table class="inputs" data-test="inputs">
      <thead>
        <tr>
          <th scope="col">Input</th>
          <th scope="col">Newest</th>
          <th scope="col" class="number">
            Age
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {inputs.map(input => (
          <InputRow key={input.input} input={input} now={now} onDecide={onDecide} />
        ))}
      </tbody>
    </table>
  );
}

const STATES: Readonly<Record<InputStatus['state'], string>> = {
  fresh: '✓ fresh',
  late: '! late',
  silent: '? silent',
  never: '? nothing yet',
};

function InputRow({ input, now, onDecide }: Omit<InputListProps, 'inputs'> & { readonly input: InputStatus }) {
  const newest = input.newest === null ? null : Date.parse(input.newest);
  const usual = input.usualAgeMinutes === null ? '' : `usually up to ${formatDuration(input.usualAgeMinutes * 60_000)}, `;
  const limits = `${usual}late after ${formatDuration(input.lateAfterMinutes * 60_000)}, silent after ${formatDuration(input.silentAfterMinutes * 60_000)}`;
  return (
    <tr class={`is-${input.state}`} data-input={input.input} data-state={input.state} title={limits}>
      <th scope="row">
        {input.name}
        {input.stalled && <small>older than usual</small>}
        {input.doubtful24h > 0 && <small>{input.doubtful24h} doubtful in 24 h</small>}
        {input.kind === 'rain-gauge' && (
          <button
            type="button"
            class="decide"
            aria-label={`Decide on values of ${input.name}`}
            onClick={() => {
              onDecide(input);
            }}
          >
            Decide
          </button>
        )}
      </th>
      <td>{newest === null ? '–' : formatStamp(newest, now)}</td>
      <td class="number">{newest === null ? '–' : formatDuration(now - newest)}</td>
      <td class="state">{STATES[input.state]}</td>
    </tr>
  );
}
