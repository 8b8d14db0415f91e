import { Refusal } from '../../reject.js';
import { Section, cutShort } from './octets.js';

/** What a field of a message is made of: the sections that hold for it. */
export interface GribField {
  readonly discipline: number;
  readonly identification: Section;
  readonly grid: Section;
  readonly product: Section;
  readonly representation: Section;
  readonly bitmap: Section;
  readonly data: Section;
}

const MAGIC = [0x47, 0x52, 0x49, 0x42];
const END = [0x37, 0x37, 0x37, 0x37];
const INDICATOR_LENGTH = 16;
/** No file of one forecast has more. */
const MOST_FIELDS = 5000;

export const isGrib = (bytes: Uint8Array): boolean => hasAt(bytes, 0, MAGIC);

/**
 * The fields of the messages of a file, in their order. Sections 2 to 7 of a message may repeat for further fields; those that are not repeated
 * hold on.
 * @throws Refusal FORMAT_UNKNOWN for another edition, FILE_UNREADABLE for what is cut short or disagrees with its own lengths
 */
export function* readFields(bytes: Uint8Array): Generator<GribField> {
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    if (!hasAt(bytes, at, MAGIC)) throw new Refusal('FILE_UNREADABLE', `is GRIB2, but no message begins at byte ${at}`);
    if (at + INDICATOR_LENGTH > bytes.length) throw cutShort('a message');
    if (bytes[at + 7] !== 2)
      throw new Refusal('FORMAT_UNKNOWN', `is GRIB edition ${bytes[at + 7]!}; convert it, for instance with grib_set -s edition=2`);
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, INDICATOR_LENGTH);
    const length = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
    if (at + length > bytes.length || length < INDICATOR_LENGTH + END.length) throw cutShort('a message');
    for (const field of fieldsOf(bytes.subarray(at, at + length))) {
      if (++count > MOST_FIELDS) throw new Refusal('GRID_IMPLAUSIBLE', `holds more than ${MOST_FIELDS} fields`);
      yield field;
    }
    at += length;
  }
}

function* fieldsOf(message: Uint8Array): Generator<GribField> {
  const end = message.length - END.length;
  if (!hasAt(message, end, END)) throw cutShort('a message');
  const sections = new Map<number, Section>();
  for (let at = INDICATOR_LENGTH; at < end;) {
    if (at + 5 > end) throw cutShort('a section');
    const length = new DataView(message.buffer, message.byteOffset + at, 4).getUint32(0);
    if (length < 5 || at + length > end) throw cutShort('a section');
    const section = new Section(message[at + 4]!, message.subarray(at, at + length));
    if (!isBitmapOfBefore(section) || !sections.has(section.number)) sections.set(section.number, section);
    at += length;
    if (section.number === 7) yield fieldOf(message[6]!, sections);
  }
}

/** Bitmap indicator 254: the bitmap of the field before holds on. */
const isBitmapOfBefore = (section: Section): boolean => section.number === 6 && section.bytes[5] === 254;

function fieldOf(discipline: number, sections: ReadonlyMap<number, Section>): GribField {
  const need = (number: number): Section => {
    const section = sections.get(number);
    if (section === undefined) throw new Refusal('FILE_UNREADABLE', `is GRIB2, but a field has no section ${number}`);
    return section;
  };
  return {
    ...{ discipline, identification: need(1), grid: need(3), product: need(4), representation: need(5), bitmap: need(6), data: need(7) },
  };
}

const hasAt = (bytes: Uint8Array, at: number, expected: readonly number[]): boolean => expected.every((byte, k) => bytes[at + k] === byte);
