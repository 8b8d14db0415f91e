import { XmlElement, parseXml } from '@rgrove/parse-xml';
import { Refusal, firstLineOf } from '../reject.js';

/** An element without its namespace prefix. */
export class Element {
  constructor(private readonly node: XmlElement) {}

  get name(): string {
    return localName(this.node.name);
  }

  attribute(name: string): string | undefined {
    const own = Object.keys(this.node.attributes).find(key => localName(key) === name && !key.startsWith('xmlns'));
    return own === undefined ? undefined : this.node.attributes[own];
  }

  get text(): string {
    return this.node.text.trim();
  }

  children(name: string): Element[] {
    return this.node.children.flatMap(child => (child instanceof XmlElement && localName(child.name) === name ? new Element(child) : []));
  }

  /** The first element down a path of names. */
  find(...path: readonly string[]): Element | undefined {
    const [first, ...rest] = path;
    if (first === undefined) return this;
    for (const child of this.children(first)) {
      const found = child.find(...rest);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Nested deeper than this is no document of any gauge service, and recursion would end in a stack overflow. */
const DEEPEST = 200;

/**
 * The root element of a document.
 * @throws Refusal ENTITY_REFUSED for one that declares a document type (entities that expand without end, or name files),
 * ANSWER_UNREADABLE for what is not well-formed, is cut short, or nests too deep.
 */
export function parseXmlRoot(text: string): Element {
  if (/<!DOCTYPE/i.test(text)) throw new Refusal('ENTITY_REFUSED', 'the answer declares a document type; entities are not read');
  refuseDepth(text);
  try {
    const { root } = parseXml(text);
    if (root !== null) return new Element(root);
  } catch (cause) {
    throw new Refusal('ANSWER_UNREADABLE', `the answer is no well-formed XML or was cut short: ${firstLineOf(cause)}`);
  }
  throw new Refusal('ANSWER_UNREADABLE', 'the answer holds no XML element');
}

function refuseDepth(text: string): void {
  let depth = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const next = text[at + 1];
    if (next === '/') depth--;
    else if (next !== '!' && next !== '?' && text[text.indexOf('>', at) - 1] !== '/') depth++;
    if (depth > DEEPEST) throw new Refusal('ANSWER_UNREADABLE', `the answer nests deeper than ${DEEPEST} elements`);
  }
}
