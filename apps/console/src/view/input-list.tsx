import type { InputStatus } from '#contracts';
import { formatDuration, formatStamp } from '../format.js';

/** The age of every input. What is late or silent is said in words and by a mark, not by colour alone. */
export function InputList({ inputs, now }: { readonly inputs: readonly InputStatus[]; readonly now: number }) {
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
          <InputRow key={input.input} input={input} now={now} />
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

function InputRow({ input, now }: { readonly input: InputStatus; readonly now: number }) {
  const newest = input.newest === null ? null : Date.parse(input.newest);
  const usual = input.usualAgeMinutes === null ? '' : `usually up to ${formatDuration(input.usualAgeMinutes * 60_000)}, `;
  const limits = `${usual}late after ${formatDuration(input.lateAfterMinutes * 60_000)}, silent after ${formatDuration(input.silentAfterMinutes * 60_000)}`;
  return (
    <tr class={`is-${input.state}`} data-input={input.input} data-state={input.state} title={limits}>
      <th scope="row">
        {input.name}
        {input.stalled && <small>older than usual</small>}
        {input.doubtful24h > 0 && <small>{input.doubtful24h} doubtful in 24 h</small>}
      </th>
      <td>{newest === null ? '–' : formatStamp(newest, now)}</td>
      <td class="number">{newest === null ? '–' : formatDuration(now - newest)}</td>
      <td class="state">{STATES[input.state]}</td>
    </tr>
  );
}
