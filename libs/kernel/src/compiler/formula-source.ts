import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Fault } from '#errors';
import ts from 'typescript';

/** A parsed formula file: its functions, its numeric constants, and where its imports come from. */
export interface FormulaFile {
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly functions: ReadonlyMap<string, ts.FunctionDeclaration>;
  readonly constants: ReadonlyMap<string, ts.Expression>;
  readonly imports: ReadonlyMap<string, { readonly path: string; readonly name: string }>;
}

/** Reads formula files once each; `read` may be replaced so that tests need no files. */
export class FormulaLibrary {
  private readonly files = new Map<string, FormulaFile>();

  constructor(private readonly read: (path: string) => string = path => readFileSync(path, 'utf8')) {}

  file(path: string): FormulaFile {
    let file = this.files.get(path);
    if (!file) this.files.set(path, (file = parseFile(path, this.read(path))));
    return file;
  }
}

/** Refuses a construct at its place, saying what is allowed instead. */
export function refuse(file: FormulaFile, node: ts.Node, complaint: string): never {
  throw refusal(file.source, node, complaint);
}

/** Refuses what a declaration says in a word: a string of it or the name of one of its properties. */
export function refuseWord(file: FormulaFile, word: string, complaint: string): never {
  const says = (node: ts.Node): ts.Node | undefined =>
    (ts.isStringLiteral(node) || ts.isIdentifier(node)) && node.text === word ? node.parent : ts.forEachChild(node, says);
  const place = [...file.constants.values()].map(says).find(node => node !== undefined);
  return refuse(file, place ?? file.source, complaint);
}

function refusal(source: ts.SourceFile, node: ts.Node, complaint: string): Fault {
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
  const text = node.getText(source).split('\n')[0]!;
  return new Fault('STRUCTURE_INVALID', `${source.fileName}:${line + 1}:${character + 1} ${complaint}: ${text}`, {
    file: source.fileName,
    line: line + 1,
    column: character + 1,
  });
}

function parseFile(path: string, text: string): FormulaFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const functions = new Map<string, ts.FunctionDeclaration>();
  const constants = new Map<string, ts.Expression>();
  const imports = new Map<string, { path: string; name: string }>();
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) functions.set(statement.name.text, statement);
    else if (ts.isImportDeclaration(statement)) collectImports(path, statement, imports);
    else if (ts.isVariableStatement(statement) && statement.declarationList.flags & ts.NodeFlags.Const) {
      for (const declaration of statement.declarationList.declarations) {
        if (ts.isIdentifier(declaration.name) && declaration.initializer) constants.set(declaration.name.text, declaration.initializer);
      }
    } else throw refusal(source, statement, 'only imports, functions and const numbers are allowed at the top of a formula file');
  }
  return { path, source, functions, constants, imports };
}

function collectImports(path: string, statement: ts.ImportDeclaration, into: Map<string, { path: string; name: string }>): void {
  if (statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return;
  const bindings = statement.importClause?.namedBindings;
  if (!bindings || !ts.isNamedImports(bindings) || !ts.isStringLiteral(statement.moduleSpecifier)) return;
  const target = resolve(dirname(path), statement.moduleSpecifier.text.replace(/\.js$/, '.ts'));
  for (const { name, propertyName } of bindings.elements) into.set(name.text, { path: target, name: (propertyName ?? name).text });
}
