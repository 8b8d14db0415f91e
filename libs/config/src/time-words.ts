import { DAY_MS, HOUR_MS, MINUTE_MS, epochMs, toIso, type EpochMs } from '#hydrology';

/** What may stand between braces in an address or a name: one part of a time after the other, UTC. */
type Part = 'yyyy' | 'yy' | 'MM' | 'dd' | 'HH' | 'mm';
const PART = /yyyy|yy|MM|dd|HH|mm/g;
const WORD = /\{([^{}]*)\}/g;
const TIME = /^(?:yyyy|yy|MM|dd|HH|mm)+$/;

export const TIME_WORDS_RULE = 'may hold times of yyyy, yy, MM, dd, HH and mm in braces only, such as {yyyy}/{MM}/{dd} or {yyyyMMddHHmm}';

/** Every brace holds a time. */
export const holdsTimesOnly = (template: string): boolean =>
  [...template.matchAll(WORD)].every(([, word]) => TIME.test(word!)) && !/[{}]/.test(template.replaceAll(WORD, ''));

/** The parts that the times of a template have. */
export const partsOf = (template: string): ReadonlySet<Part> =>
  new Set([...template.matchAll(WORD)].flatMap(([, word]) => (TIME.test(word!) ? (word!.match(PART) as Part[]) : [])));

/** A template says of which time it is, to the day at least, so that none comes again under one name. */
export function isWholeTime(template: string): boolean {
  const parts = partsOf(template);
  return (parts.has('yyyy') || parts.has('yy')) && parts.has('MM') && parts.has('dd') && (parts.has('HH') || !parts.has('mm'));
}

/** The shortest time, ms, after which a template that is a whole time is filled in otherwise. */
export function finestOf(template: string): number {
  const parts = partsOf(template);
  if (parts.has('mm')) return MINUTE_MS;
  return parts.has('HH') ? HOUR_MS : DAY_MS;
}

/** Fills a time into its words, UTC; other braces stay. */
export function fillTime(template: string, time: EpochMs): string {
  const [yyyy, MM, dd, HH, mm] = toIso(time).split(/\D/);
  const parts: Readonly<Record<string, string>> = { yyyy: yyyy!, yy: yyyy!.slice(2), MM: MM!, dd: dd!, HH: HH!, mm: mm! };
  return template.replaceAll(WORD, (whole, word: string) => (TIME.test(word) ? word.replaceAll(PART, part => parts[part]!) : whole));
}

/** What a name is compared with. */
export interface NamePattern {
  readonly matches: (name: string) => boolean;
  /** The time that a name says, UTC; null where the pattern has no whole one. Digits that are no time do not match. */
  readonly timeOf: (name: string) => EpochMs | null;
}

const DIGITS: Readonly<Record<Part, string>> = { yyyy: '\\d{4}', yy: '\\d\\d', MM: '\\d\\d', dd: '\\d\\d', HH: '\\d\\d', mm: '\\d\\d' };

/** A pattern of names: * and ? stand for any characters and any one, times in braces for their digits. */
export function namePattern(pattern: string): NamePattern {
  const groups: Part[] = [];
  const source = pattern.replaceAll(/\{([^{}]*)\}|\*+|[\s\S]/g, (text, word: string | undefined) => {
    if (word !== undefined && TIME.test(word)) {
      return word.replaceAll(PART, part => {
        groups.push(part as Part);
        return `(${DIGITS[part as Part]})`;
      });
    }
    if (text.startsWith('*')) return '.*';
    return text === '?' ? '.' : text.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  });
  const regExp = new RegExp(`^${source}$`, 's');
  const whole = isWholeTime(pattern);
  const timeOf = (name: string): EpochMs | null => {
    const found = whole ? regExp.exec(name) : null;
    return found === null ? null : timeOfParts(groups, found.slice(1));
  };
  return { matches: name => (whole ? timeOf(name) !== null : regExp.test(name)), timeOf };
}

/** A part that stands twice counts where it stands last. */
function timeOfParts(groups: readonly Part[], digits: readonly string[]): EpochMs | null {
  const part = Object.fromEntries(groups.map((group, k) => [group, Number(digits[k])])) as Partial<Record<Part, number>>;
  const { yyyy, yy = 0, MM = 1, dd = 1, HH = 0, mm = 0 } = part;
  const time = Date.UTC(yyyy ?? 2000 + yy, MM - 1, dd, HH, mm);
  const said = new Date(time);
  const isTime = said.getUTCMonth() === MM - 1 && said.getUTCDate() === dd && HH < 24 && mm < 60;
  return isTime ? epochMs(time) : null;
}
