import { useState } from 'preact/hooks';
import type { OperatorActView } from '#contracts';
import type { Client } from '../client.js';
import { formatDate, formatTime } from '../format.js';
import { sayProblem } from '../live.js';
import { describeAct } from '../operator-acts.js';
import { useReading } from './use-reading.js';

const EVERY_MS = 15_000;

export interface ActsPanelProps {
  readonly client: Pick<Client, 'readActs'>;
  /** Who asks: another one sees anew. */
  readonly caller: string;
}

/** The record of acts, for operators: read only while it is open. */
export function ActsPanel({ client, caller }: ActsPanelProps) {
  const [open, setOpen] = useState(false);
  return (
    <section class="panel acts" aria-label="Acts of operators" data-test="acts">
      <details
        open={open}
        onToggle={event => {
          setOpen(event.currentTarget.open);
        }}
      >
        <summary>Acts of operators</summary>
        {open && <Acts client={client} caller={caller} />}
      </details>
    </section>
  );
}

function Acts({ client, caller }: ActsPanelProps) {
  const { value, problem } = useReading(signal => client.readActs(null, signal), caller, EVERY_MS);
  const earlier = useEarlier(client);
  const newest = value?.acts ?? [];
  const acts = [...newest, ...earlier.acts.filter(act => act.seq < (newest.at(-1)?.seq ?? Infinity))];
  const last = acts.at(-1);
  const said = problem || earlier.problem;
  return (
    <>
      {said !== '' && <p role="alert">Not read: {said}</p>}
      {value && acts.length === 0 && <p class="quiet">Nobody has acted yet.</p>}
      {acts.length > 0 && <ActTable acts={acts} />}
      {last !== undefined && last.seq > 1 && !earlier.isAtEnd && (
        <button
          type="button"
          class="plain"
          onClick={() => {
            earlier.read(last.seq);
          }}
        >
          Earlier acts
        </button>
      )}
    </>
  );
}

/** What came before the newest, as far back as somebody asked. */
function useEarlier(client: ActsPanelProps['client']) {
  const [acts, setActs] = useState<readonly OperatorActView[]>([]);
  const [isAtEnd, setAtEnd] = useState(false);
  const [problem, setProblem] = useState('');
  const read = (before: number): void => {
    client.readActs(before, new AbortController().signal).then(
      reply => {
        setActs(kept => [...kept, ...reply.acts]);
        setAtEnd(reply.acts.length === 0);
        setProblem('');
      },
      (error: unknown) => {
        setProblem(sayProblem(error));
      },
    );
  };
  return { acts, isAtEnd, problem, read };
}

const OUTCOMES = { done: '✓', refused: '✕', unknown: '?' } as const;

function ActTable({ acts }: { readonly acts: readonly OperatorActView[] }) {
  return (
    <div class="acts-table">
      <table>
        <caption class="quiet">Times in UTC by the machine’s clock, also in a replay</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What and why</th>
          </tr>
        </thead>
        <tbody>
          {acts.map(act => (
            <ActRow key={act.seq} act={act} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ActRow({ act }: { readonly act: OperatorActView }) {
  const at = Date.parse(act.at);
  const { who, what, why, outcome, ending } = describeAct(act);
  return (
    <tr data-seq={act.seq} data-outcome={outcome} title={`${act.act} ${act.target}`}>
      <td>
        <time dateTime={act.at}>{formatTime(at)}</time>
        <small>{formatDate(at)}</small>
      </td>
      <th scope="row">
        {who}
        {act.address !== null && <small>from {act.address}</small>}
      </th>
      <td>
        {what}
        {why !== '' && <q>{why}</q>}
        <small class={`is-${outcome}`}>
          {OUTCOMES[outcome]} {ending}
        </small>
      </td>
    </tr>
  );
}
