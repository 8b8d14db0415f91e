import type { LateInputView, ReanalysisReply } from '#contracts';
import type { Client } from '../client.js';
import { formatStamp } from '../format.js';
import { byAlert, sayLateInput, sayStep, sayVerdict, type ChangedAlert } from '../late-values.js';
import { hashOf } from '../route.js';
import { LevelGlyph } from './level-badge.js';
import { useReading } from './use-reading.js';

/** A rewind is made once an hour at most; the alerts are weighed twice for every look. */
const EVERY_MS = 120_000;

export interface LateValuesPanelProps {
  readonly client: Pick<Client, 'readReanalysis'>;
  readonly basin: string;
  readonly now: number;
}

/** What came late or was corrected in the last days, and which alerts would have been others without that. */
export function LateValuesPanel({ client, basin, now }: LateValuesPanelProps) {
  const { value, problem } = useReading(signal => client.readReanalysis(basin, signal), basin, EVERY_MS);
  return (
    <section class="panel late-values" aria-labelledby="late-values-title" data-test="late-values">
      <h2 id="late-values-title">
        Late and corrected values <small>{value && `since ${formatStamp(Date.parse(value.from), now)}`}</small>
      </h2>
      {problem !== '' && <p role="alert">Not known: {problem}</p>}
      {value ? <Differences reply={value} now={now} /> : problem === '' && <p class="quiet">Reading …</p>}
    </section>
  );
}

function Differences({ reply, now }: { readonly reply: ReanalysisReply; readonly now: number }) {
  const { inputs, changes } = reply;
  return (
    <>
      {inputs.length > 0 && <LateInputs inputs={inputs} now={now} />}
      <p class={changes.length > 0 || reply.waiting > 0 ? 'verdict' : 'quiet'} data-test="outcome">
        {sayVerdict(reply)}
      </p>
      {changes.length > 0 && (
        <ol>
          {byAlert(changes).map(changed => (
            <ChangedAlertItem key={changed.alert} changed={changed} now={now} />
          ))}
        </ol>
      )}
      {reply.computedTo !== null && (
        <p class="quiet">
          Computed again to {formatStamp(Date.parse(reply.computedTo), now)}. Forecasts and alerts stay as they were published.
        </p>
      )}
    </>
  );
}

function LateInputs({ inputs, now }: { readonly inputs: readonly LateInputView[]; readonly now: number }) {
  return (
    <dl class="late-inputs">
      {inputs.map(input => (
        <div key={input.input} data-input={input.input}>
          <dt>{input.name}</dt>
          <dd>
            {sayLateInput(input)}{' '}
            <small>
              {input.from === input.to
                ? `value of ${formatStamp(Date.parse(input.to), now)}`
                : `values of ${formatStamp(Date.parse(input.from), now)} to ${formatStamp(Date.parse(input.to), now)}`}
            </small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function ChangedAlertItem({ changed, now }: { readonly changed: ChangedAlert; readonly now: number }) {
  const { level, basis, station, name, changes } = changed;
  const steps = (which: 'lost' | 'gained'): string =>
    changes
      .filter(({ change }) => change === which)
      .map(change => sayStep(change, now))
      .join(', ');
  return (
    <li data-alert={changed.alert}>
      <LevelGlyph condition={level === 'absent' ? 'unknown' : level} hollow={basis === 'forecast'} size={18} />
      <div>
        <a href={hashOf({ station })}>
          {level.slice(0, 1).toUpperCase() + level.slice(1)} {basis} · {name}
        </a>
        <table>
          <tbody>
            <tr>
              <th scope="row">as it was</th>
              <td>{steps('lost') || 'none of this'}</td>
            </tr>
            <tr>
              <th scope="row">on time</th>
              <td>{steps('gained') || 'none of this'}</td>
            </tr>
          </tbody>
        </table>
      </div>
    </li>
  );
}
