import { VARIABLES, type VariableId } from '#hydrology';
import ts from 'typescript';
import { type NetworkSlot, type Routing, SLOTS, type Structure } from '../structure.js';
import { assembleColumn, assembleReaches, type Declared, locateFormula, type Slot, type StepGraph } from './assemble.js';
import type { FormulaLibrary } from './formula-source.js';

/** The pages of docs/reference/structures by file name, from the declarations, the register of variables and the formulas' sources. */
export function structurePages(
  library: FormulaLibrary,
  declared: { readonly structures: readonly Declared<Structure>[]; readonly routings: readonly Declared<Routing>[] },
): ReadonlyMap<string, string> {
  const pages = [
    ...declared.structures.map(structure => [`${structure.name}.md`, structurePage(library, structure)] as const),
    ...declared.routings.map(routing => [`routing-${routing.name}.md`, routingPage(library, routing)] as const),
  ];
  return new Map([['README.md', indexPage(declared)] as const, ...pages]);
}

const NOTICE = '<!-- Written by `npm run docs:structures` from libs/kernel/src and libs/hydrology/src/variables.ts. Do not edit. -->';

function indexPage({
  structures,
  routings,
}: {
  readonly structures: readonly Declared<Structure>[];
  readonly routings: readonly Declared<Routing>[];
}): string {
  const list = (prefix: string, declared: readonly Declared<Structure | Routing>[]) =>
    [...declared]
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(({ name, declaration }) => `- [${name}](${prefix}${name}.md): ${declaration.title}.`);
  return page([
    '# Model structures and routings',
    'A model is a structure, which turns the rain of a cell into runoff, and a routing, which takes the runoff down the rivers.',
    'Each is one file; [the guide](../../guides/add-a-model-structure.md) says how to add one.',
    `## Structures\n\n${list('', structures).join('\n')}`,
    `## Routings\n\n${list('routing-', routings).join('\n')}`,
  ]);
}

function structurePage(library: FormulaLibrary, structure: Declared<Structure>): string {
  const { name, declaration, path } = structure;
  const step = assembleColumn(library, structure);
  const file = library.file(path);
  const slots = SLOTS.flatMap(slot =>
    declaration.slots[slot] ? [{ slot, at: locateFormula(library, file, declaration.slots[slot]) }] : [],
  );
  const depth = (store: string, capacity: string | number) => `\`${store}\`${capacity === 1 ? '' : ` · \`${capacity}\``}`;
  const sealed =
    declaration.slots.interception && !declaration.network
      ? [`\`${name}_sealed\` is the same with impervious ground (parameter \`imperviousness\`, from a descriptor of that name).`]
      : [];
  return page([
    `# ${name}`,
    `${declaration.title}. Source: ${declaration.source}.`,
    ...sealed,
    `## Parameters\n\n${variables(step.parameters)}`,
    `## States\n\n${variables(step.states)}`,
    ...(declaration.network ? [`## Network\n\n${networkOf(declaration.network)}`] : []),
    `## Water balance\n\n${[
      `- in: \`P\` (rain) and, either way, ${names(declaration.exchange)}`,
      `- out: ${names(declaration.evaporation)} and the runoff \`qt\``,
      `- stored: ${Object.entries(declaration.stores)
        .map(([store, capacity]) => depth(store, capacity))
        .join(', ')}`,
    ].join('\n')}`,
    `## Equations\n\nA step passes these slots in this order. Depths in mm per step; \`P\`, \`E\` are rain and PET, \`known\` is 0 where they are missing.`,
    ...slots.map(({ slot, at }) => `### ${slot}\n\n${equation(at)}`),
  ]);
}

const networkOf = ({ inputs, outputs }: NetworkSlot): string =>
  `Evaluated once a step, before the production slot: ${names(inputs)} go in as they are, ${names(outputs)} come out, any real numbers. ` +
  'Between are the hidden layers (SiLU) that `KernelRecipe.network` asks for, one of 16 without it.';

function routingPage(library: FormulaLibrary, routing: Declared<Routing>): string {
  const { name, declaration, path } = routing;
  const { reach } = assembleReaches(library, routing);
  const at = (formula: Routing['reach']) => equation(locateFormula(library, library.file(path), formula));
  return page([
    `# Routing ${name}`,
    `${capitalised(declaration.title)}. Source: ${declaration.source}.`,
    `## Parameters\n\n${variables(reach.parameters)}`,
    `## States\n\n${variables(reach.states)}`,
    '## Equations\n\n`runoff` is the discharge that the cell makes itself, `qup` that of the cells above it, m³/s.',
    `### reach\n\n${at(declaration.reach)}`,
    `### headwater\n\n${at(declaration.head)}`,
  ]);
}

function variables(ids: StepGraph['parameters']): string {
  if (ids.length === 0) return 'None.';
  const rows = ids.map((id: VariableId) => {
    const { symbol, name, unit, default: initial, min, max, doc } = VARIABLES[id];
    return `| \`${symbol}\` | ${name} | ${unit} | ${initial} | ${min} | ${max} | ${doc} |`;
  });
  return ['| symbol | name | unit | default | lower bound | upper bound | |', '| --- | --- | --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/** The comment of a formula, which names its source, and its text. */
function equation({ file, formula }: Slot): string {
  const declaration = file.functions.get(formula)!;
  const text = file.source.text;
  const comment = (ts.getLeadingCommentRanges(text, declaration.pos) ?? []).map(({ pos, end }) => text.slice(pos, end)).at(-1) ?? '';
  const prose = comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map(line => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
  const where = `From \`${file.path.replace(/^.*libs\/kernel\/src/, 'libs/kernel/src')}\`:`;
  return [prose, where, `\`\`\`ts\n${declaration.getText(file.source)}\n\`\`\``].filter(part => part !== '').join('\n\n');
}

const names = (list: readonly string[]): string => (list.length === 0 ? 'nothing' : list.map(name => `\`${name}\``).join(', '));
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const page = (parts: readonly string[]): string => `${[NOTICE, ...parts].join('\n\n')}\n`;
