import { Refusal } from '../reject.js';

export type Json = Readonly<Record<string, unknown>>;

/** @throws Refusal ANSWER_UNREADABLE for what is no JSON object, saying how it begins: services answer with pages of HTML. */
export function parseJsonObject(text: string): Json {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Refusal(
      'ANSWER_UNREADABLE',
      `the answer is no JSON or was cut short; it begins with "${text.slice(0, 60).replaceAll(/\s+/g, ' ')}"`,
    );
  }
  if (isJson(parsed)) return parsed;
  throw new Refusal('ANSWER_UNREADABLE', 'the answer is JSON but no object');
}

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member as an object, empty where it is none. */
export const objectAt = (json: Json, key: string): Json => {
  const value = Object.hasOwn(json, key) ? json[key] : undefined;
  return isJson(value) ? value : {};
};

/** The member as a list: services write a list of one as the thing itself. */
export function listAt(json: Json, key: string): readonly unknown[] {
  const value = Object.hasOwn(json, key) ? json[key] : undefined;
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The member as text; of a list of texts the first; a number counts as its text. */
export function textAt(json: Json, key: string): string | undefined {
  const value = listAt(json, key)[0];
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** @throws Refusal ANSWER_IS_AN_ERROR or ANSWER_UNREADABLE for an object without the list it should have. */
export function requireList(json: Json, key: string, service: string): readonly unknown[] {
  if (Object.hasOwn(json, key) && (Array.isArray(json[key]) || isJson(json[key]))) return listAt(json, key);
  const said =
    textAt(json, 'message') ?? textAt(json, 'error') ?? textAt(json, 'detail') ?? textAt(json, 'libelle') ?? textAt(json, 'code');
  if (said !== undefined) throw new Refusal('ANSWER_IS_AN_ERROR', `${service} answers with an error: ${said.slice(0, 200)}`);
  throw new Refusal('ANSWER_UNREADABLE', `the answer of ${service} has no "${key}"`);
}
