import type { OperatorActView } from '#contracts';
import { toIso, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';

/** Who acts: a key, a token, nobody in particular where no key is needed, or a command on the machine. */
export interface Actor {
  readonly kind: 'key' | 'token' | 'nobody' | 'command';
  readonly id: string;
  readonly name: string;
}

export interface OperatorAct {
  /** By the machine's clock. */
  readonly at: EpochMs;
  readonly runKind: string;
  readonly actor: Actor;
  /** Null for a command. */
  readonly address: string | null;
  /** The route, or the command. */
  readonly act: string;
  /** The path asked for, or what the command was given. */
  readonly target: string;
  readonly request: unknown;
}

export interface ActOutcome {
  readonly at: EpochMs;
  /** HTTP status; 0 for a command that ended well. */
  readonly status: number;
  readonly code: string | null;
}

/** Records an act before it is done. @returns its number. */
export async function recordAct(db: Queryable, { at, runKind, actor, address, act, target, request }: OperatorAct): Promise<number> {
  const { rows } = await db.query<{ seq: number }>(
    `insert into operator_act (at, run_kind, caller_kind, caller, caller_name, address, act, target, request)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning seq`,
    [
      toIso(at),
      runKind,
      actor.kind,
      actor.id,
      actor.name,
      address,
      act,
      target,
      request === undefined || request === null ? null : JSON.stringify(request),
    ],
  );
  return rows[0]!.seq;
}

/** Records how an act ended. */
export async function recordActOutcome(db: Queryable, seq: number, { at, status, code }: ActOutcome): Promise<void> {
  await db.query('insert into operator_act_outcome (act, at, status, code) values ($1, $2, $3, $4)', [seq, toIso(at), status, code]);
}

export interface ActsOf {
  /** Only acts with a lower number, to read on. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The newest acts first. */
export async function readActs(db: Queryable, { before, limit }: ActsOf): Promise<OperatorActView[]> {
  const { rows } = await db.query<ActRow>(
    `select a.*, o.at as ended_at, o.status, o.code from operator_act a left join operator_act_outcome o on o.act = a.seq
     where $1::bigint is null or a.seq < $1 order by a.seq desc limit $2`,
    [before ?? null, limit],
  );
  return rows.map(row => ({
    seq: row.seq,
    at: toIso(row.at),
    runKind: row.run_kind,
    callerKind: row.caller_kind,
    caller: row.caller,
    callerName: row.caller_name,
    address: row.address,
    act: row.act,
    target: row.target,
    request: row.request,
    endedAt: row.ended_at === null ? null : toIso(row.ended_at),
    status: row.status,
    code: row.code,
  }));
}

interface ActRow {
  readonly seq: number;
  readonly at: EpochMs;
  readonly run_kind: OperatorActView['runKind'];
  readonly caller_kind: OperatorActView['callerKind'];
  readonly caller: string;
  readonly caller_name: string;
  readonly address: string | null;
  readonly act: string;
  readonly target: string;
  readonly request: string | null;
  readonly ended_at: EpochMs | null;
  readonly status: number | null;
  readonly code: string | null;
}
