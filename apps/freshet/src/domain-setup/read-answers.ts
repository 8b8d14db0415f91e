import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { GAUGE_KINDS, RAIN_KINDS, type GaugeKind, type RainKind } from '#config';
import { Fault } from '#errors';
import { KINDS_WITH_A_MAPPING } from './gauge-services.js';

const wrong = (message: string): Fault => new Fault('COMMAND_INVALID', message);

export function readFilePath(answer: string): string {
  const path = resolve(answer);
  if (!existsSync(path) || !statSync(path).isFile()) throw wrong(`there is no file ${path}`);
  return path;
}

export function readFolderPath(answer: string): string {
  const path = resolve(answer);
  if (!existsSync(path) || !statSync(path).isDirectory()) throw wrong(`there is no folder ${path}; make it, files may come later`);
  return path;
}

export function readRainKind(answer: string): RainKind {
  const kind = RAIN_KINDS.find(known => known === answer);
  if (kind === undefined) throw wrong(`${answer} is no kind of rain; it is one of ${RAIN_KINDS.join(', ')}`);
  return kind;
}

export function readGaugeKind(answer: string): GaugeKind {
  const kind = GAUGE_KINDS.find(known => known === answer);
  const offered = GAUGE_KINDS.filter(known => !KINDS_WITH_A_MAPPING.has(known));
  if (kind === undefined) throw wrong(`${answer} is no gauge service; it is one of ${offered.join(', ')}`);
  if (KINDS_WITH_A_MAPPING.has(kind))
    throw wrong(`${kind} needs a mapping of its columns: choose another for now, then write it under sources.live of domain.yaml`);
  return kind;
}

/** http(s) or a folder that is there. */
export function readSourceAddress(answer: string): { readonly url: string } | { readonly folder: string } {
  return /^https?:\/\//.test(answer) ? { url: answer } : { folder: readFolderPath(answer) };
}

const MONTHS = 12;

/** Twelve numbers, °C, January first. */
export function readMonthlyTemperature(answer: string): number[] {
  const values = answer.split(/[\s,;]+/).map(Number);
  if (values.length !== MONTHS || values.some(Number.isNaN)) throw wrong(`"${answer}" is not the mean temperature of 12 months, °C`);
  return values;
}

/** Up to three rising discharges, yellow first; empty: none yet. */
export function readLevels(answer: string): number[] {
  if (answer === '') return [];
  const values = answer.split(/[\s,;]+/).map(Number);
  const rising = values.every((value, k) => value > (values[k - 1] ?? 0));
  if (values.length > 3 || !rising) throw wrong(`"${answer}" is not up to three rising discharges, m³/s`);
  return values;
}

/** `id=value` of repeated options, by id. @throws Fault COMMAND_INVALID naming a station that is not there */
export function readByStation(option: string, given: readonly string[], stations: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map(text => {
      const [id = '', ...rest] = text.split('=');
      if (rest.length === 0) throw wrong(`${option} ${text} is not station=value`);
      if (!stations.includes(id)) throw wrong(`${option} ${text}: there is no gauge ${id}; there are ${stations.join(', ')}`);
      return [id, rest.join('=')] as const;
    }),
  );
}
