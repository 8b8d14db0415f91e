import { Fault } from '#errors';
import { epochMs } from '#hydrology';
import type { CycleState } from './inputs.js';

const MAGIC = 0x46525331; // "FRS1"

interface Header {
  readonly issueTime: number;
  readonly analysisTime: number;
  readonly openLoopTime: number;
  readonly states: number;
  readonly controls: number;
  readonly memory: number;
  readonly hash: string;
}

/**
 * A cycle state as bytes: magic, header length (uint32 little-endian), JSON header padded to 8 bytes, the two states and the
 * controls in little-endian doubles, the memory. Every bit survives, so a restart continues exactly.
 */
export function encodeCycleState(state: CycleState): Uint8Array {
  const header: Header = {
    issueTime: state.issueTime,
    analysisTime: state.analysis.validTime,
    openLoopTime: state.openLoop.validTime,
    states: state.analysis.values.length,
    controls: state.controls.length,
    memory: state.memory.length,
    hash: state.hash,
  };
  const head = new TextEncoder().encode(JSON.stringify(header));
  const offset = Math.ceil((8 + head.length) / 8) * 8;
  const doubles = 2 * header.states + header.controls;
  const bytes = new Uint8Array(offset + 8 * doubles + header.memory);
  new DataView(bytes.buffer).setUint32(0, MAGIC, true);
  new DataView(bytes.buffer).setUint32(4, head.length, true);
  bytes.set(head, 8);
  const values = new Float64Array(bytes.buffer, offset, doubles);
  values.set(state.analysis.values, 0);
  values.set(state.openLoop.values, header.states);
  values.set(state.controls, 2 * header.states);
  bytes.set(state.memory, offset + 8 * doubles);
  return bytes;
}

/**
 * Reads what encodeCycleState wrote.
 * @throws Fault BACKGROUND_MISSING when the bytes are no complete cycle state.
 */
export function decodeCycleState(bytes: Uint8Array): CycleState {
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  if (copy.length < 8 || view.getUint32(0, true) !== MAGIC) throw broken('it does not begin as one', copy.length);
  const length = view.getUint32(4, true);
  const header = readHeader(copy, length);
  const offset = Math.ceil((8 + length) / 8) * 8;
  const doubles = 2 * header.states + header.controls;
  if (copy.length !== offset + 8 * doubles + header.memory) throw broken('it is cut short', copy.length);
  const values = new Float64Array(copy.buffer, offset, doubles);
  return {
    issueTime: epochMs(header.issueTime),
    analysis: { validTime: epochMs(header.analysisTime), values: values.slice(0, header.states) },
    openLoop: { validTime: epochMs(header.openLoopTime), values: values.slice(header.states, 2 * header.states) },
    controls: values.slice(2 * header.states),
    memory: copy.slice(offset + 8 * doubles),
    hash: header.hash,
  };
}

function readHeader(bytes: Uint8Array, length: number): Header {
  try {
    return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Header;
  } catch (cause) {
    throw broken(`its header is unreadable (${String(cause)})`, bytes.length);
  }
}

const broken = (why: string, length: number): Fault =>
  new Fault('BACKGROUND_MISSING', `${length} bytes were given as a cycle state, but ${why}`, { length });
