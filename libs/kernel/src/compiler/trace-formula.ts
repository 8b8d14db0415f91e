import ts from 'typescript';
import { type FormulaFile, type FormulaLibrary, refuse } from './formula-source.js';
import type { Graph, Node, Op } from './graph.js';

/** What a formula gives: one number, or named numbers. */
export type Traced = Node | ReadonlyMap<string, Node>;

const INTRINSICS: Readonly<Record<string, { readonly op: Op; readonly arity: number }>> = {
  tanh: { op: 'tanh', arity: 1 },
  exp: { op: 'exp', arity: 1 },
  log: { op: 'log', arity: 1 },
  sqrt: { op: 'sqrt', arity: 1 },
  pow: { op: 'pow', arity: 2 },
  min: { op: 'min', arity: 2 },
  max: { op: 'max', arity: 2 },
  abs: { op: 'abs', arity: 1 },
  held: { op: 'held', arity: 1 },
};

const INTRINSIC_NAMES = Object.keys(INTRINSICS).join(' ');

const ARITHMETIC: Readonly<Partial<Record<ts.SyntaxKind, Op>>> = {
  [ts.SyntaxKind.PlusToken]: 'add',
  [ts.SyntaxKind.MinusToken]: 'sub',
  [ts.SyntaxKind.AsteriskToken]: 'mul',
  [ts.SyntaxKind.SlashToken]: 'div',
};

const COMPARISONS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
]);

const MAX_DEPTH = 32;

/** Names of the parameters of a formula, in order. */
export const parametersOf = (file: FormulaFile, name: string): string[] =>
  functionOf(file, name).parameters.map(parameter => parameter.name.getText(file.source));

/** Runs a formula function on graph nodes instead of numbers: calls are inlined, what comes out is its expression. */
export function traceFormula(library: FormulaLibrary, graph: Graph, call: FormulaCall): Traced {
  return new Tracer(library, graph).call(call, 0);
}

export interface FormulaCall {
  readonly file: FormulaFile;
  readonly name: string;
  readonly args: readonly Node[];
}

type Scope = ReadonlyMap<string, Traced>;

function functionOf(file: FormulaFile, name: string): ts.FunctionDeclaration {
  return file.functions.get(name) ?? refuse(file, file.source, `no function "${name}" in this formula file`);
}

class Tracer {
  constructor(
    private readonly library: FormulaLibrary,
    private readonly graph: Graph,
  ) {}

  call({ file, name, args }: FormulaCall, depth: number): Traced {
    const declaration = functionOf(file, name);
    if (depth > MAX_DEPTH) refuse(file, declaration, 'formulas may call each other but not themselves');
    const { body } = declaration;
    if (!body) refuse(file, declaration, 'a formula needs a body');
    const scope = new Map<string, Traced>(declaration.parameters.map((p, i) => [p.name.getText(file.source), args[i]!]));
    const frame = new Frame(this.library, this.graph, { file, scope, depth }, this);
    for (const statement of body.statements) {
      if (ts.isReturnStatement(statement)) return frame.result(statement);
      frame.declare(statement, scope);
    }
    return refuse(file, declaration, 'a formula must return a number or an object of numbers');
  }
}

interface FrameContext {
  readonly file: FormulaFile;
  readonly scope: Scope;
  readonly depth: number;
}

/** One activation of a formula: its scope, and the expressions evaluated in it. */
class Frame {
  constructor(
    private readonly library: FormulaLibrary,
    private readonly graph: Graph,
    private readonly context: FrameContext,
    private readonly tracer: Tracer,
  ) {}

  declare(statement: ts.Statement, scope: Map<string, Traced>): void {
    const allowed = ts.isVariableStatement(statement) && statement.declarationList.flags & ts.NodeFlags.Const;
    if (!allowed) return this.refuse(statement, 'only const declarations and one return are allowed in a formula');
    for (const declaration of statement.declarationList.declarations) {
      if (!declaration.initializer) this.refuse(declaration, 'a const needs a value');
      const value = this.any(declaration.initializer);
      if (ts.isIdentifier(declaration.name)) scope.set(declaration.name.text, value);
      else if (ts.isObjectBindingPattern(declaration.name)) this.unpack(declaration.name, value, scope);
      else this.refuse(declaration.name, 'a const is a name or { names }');
    }
  }

  result(statement: ts.ReturnStatement): Traced {
    if (!statement.expression) return this.refuse(statement, 'a formula must return a number or an object of numbers');
    return this.any(statement.expression);
  }

  private unpack(pattern: ts.ObjectBindingPattern, value: Traced, scope: Map<string, Traced>): void {
    for (const element of pattern.elements) {
      if (!ts.isIdentifier(element.name) || element.initializer || element.dotDotDotToken)
        this.refuse(element, 'only plain names may be unpacked');
      const name = element.name.getText(this.context.file.source);
      scope.set(name, this.member(value, element.propertyName?.getText(this.context.file.source) ?? name, element));
    }
  }

  private any(expression: ts.Expression): Traced {
    if (ts.isParenthesizedExpression(expression)) return this.any(expression.expression);
    if (ts.isObjectLiteralExpression(expression)) return this.object(expression);
    if (ts.isCallExpression(expression)) return this.callExpression(expression);
    if (ts.isIdentifier(expression)) return this.name(expression);
    if (ts.isPropertyAccessExpression(expression)) return this.member(this.any(expression.expression), expression.name.text, expression);
    return this.arithmetic(expression);
  }

  private number(expression: ts.Expression): Node {
    const value = this.any(expression);
    return value instanceof Map ? this.refuse(expression, 'a number is needed here, not an object') : (value as Node);
  }

  private arithmetic(expression: ts.Expression): Node {
    if (ts.isNumericLiteral(expression)) return this.graph.constant(Number(expression.text));
    if (ts.isPrefixUnaryExpression(expression) && expression.operator === ts.SyntaxKind.MinusToken) {
      return this.graph.make('neg', this.number(expression.operand));
    }
    if (ts.isBinaryExpression(expression)) {
      const op = ARITHMETIC[expression.operatorToken.kind];
      if (op) return this.graph.make(op, this.number(expression.left), this.number(expression.right));
    }
    if (ts.isConditionalExpression(expression)) return this.choice(expression);
    return this.refuse(expression, 'only + − * /, a ternary, intrinsics and calls of other formulas are allowed');
  }

  private choice(expression: ts.ConditionalExpression): Node {
    const yes = this.number(expression.whenTrue);
    const no = this.number(expression.whenFalse);
    const test = expression.condition;
    if (!ts.isBinaryExpression(test)) return this.refuse(test, 'a condition compares two numbers with < <= > or >=');
    if (!COMPARISONS.has(test.operatorToken.kind)) return this.refuse(test, 'a condition compares two numbers with < <= > or >=');
    const left = this.number(test.left);
    const right = this.number(test.right);
    switch (test.operatorToken.kind) {
      case ts.SyntaxKind.LessThanToken:
        return this.graph.make('select', this.graph.make('lt', left, right), yes, no);
      case ts.SyntaxKind.LessThanEqualsToken:
        return this.graph.make('select', this.graph.make('le', left, right), yes, no);
      case ts.SyntaxKind.GreaterThanToken:
        return this.graph.make('select', this.graph.make('lt', right, left), yes, no);
      default:
        return this.graph.make('select', this.graph.make('le', right, left), yes, no);
    }
  }

  private object(expression: ts.ObjectLiteralExpression): ReadonlyMap<string, Node> {
    const entries = new Map<string, Node>();
    for (const property of expression.properties) {
      if (ts.isShorthandPropertyAssignment(property)) entries.set(property.name.text, this.number(property.name));
      else if (ts.isPropertyAssignment(property) && ts.isIdentifier(property.name)) {
        entries.set(property.name.text, this.number(property.initializer));
      } else this.refuse(property, 'an object holds only name: number');
    }
    return entries;
  }

  private name(identifier: ts.Identifier): Traced {
    const { file, scope } = this.context;
    const local = scope.get(identifier.text);
    if (local) return local;
    const constant = file.constants.get(identifier.text);
    if (constant) return new Frame(this.library, this.graph, { ...this.context, scope: new Map() }, this.tracer).number(constant);
    const imported = file.imports.get(identifier.text);
    const origin = imported && this.library.file(imported.path);
    const elsewhere = origin?.constants.get(imported!.name);
    if (elsewhere)
      return new Frame(this.library, this.graph, { ...this.context, file: origin!, scope: new Map() }, this.tracer).number(elsewhere);
    return this.refuse(identifier, `"${identifier.text}" is not a parameter, a const above it or a const number of the file`);
  }

  private member(value: Traced, name: string, at: ts.Node): Node {
    const found = value instanceof Map ? (value as ReadonlyMap<string, Node>).get(name) : undefined;
    return found ?? this.refuse(at, `no "${name}" comes out of that formula`);
  }

  private callExpression(expression: ts.CallExpression): Traced {
    const { file, depth } = this.context;
    if (!ts.isIdentifier(expression.expression)) {
      return this.refuse(expression, `only intrinsics (${INTRINSIC_NAMES}) and imported formulas may be called`);
    }
    const called = expression.expression.text;
    const imported = file.imports.get(called);
    const intrinsic = imported?.path.endsWith('/intrinsics.ts') ? INTRINSICS[imported.name] : undefined;
    const args = expression.arguments.map(argument => this.number(argument));
    if (intrinsic) {
      if (args.length !== intrinsic.arity) this.refuse(expression, `${called} takes ${intrinsic.arity} number(s)`);
      return this.graph.make(intrinsic.op, ...args);
    }
    const target = imported ? this.library.file(imported.path) : file;
    const name = imported?.name ?? called;
    const declaration = target.functions.get(name);
    if (!declaration) return this.refuse(expression, `"${called}" is neither an intrinsic (${INTRINSIC_NAMES}) nor a formula`);
    if (declaration.parameters.length !== args.length) this.refuse(expression, `${called} takes ${declaration.parameters.length} numbers`);
    const value = this.tracer.call({ file: target, name, args }, depth + 1);
    return target.functions.has(`${name}Slope`) ? this.withSlope(value, { file: target, name, args }, expression) : value;
  }

  /** A formula f of one number may come with its derivative, fSlope. */
  private withSlope(value: Traced, { file, name, args }: FormulaCall, at: ts.Node): Node {
    const slope = this.tracer.call({ file, name: `${name}Slope`, args }, this.context.depth + 1);
    if (args.length !== 1 || value instanceof Map || slope instanceof Map) {
      return this.refuse(at, `${name} has a slope, so it must take one number and give one`);
    }
    return this.graph.make('sloped', value as Node, args[0]!, slope as Node);
  }

  private refuse(node: ts.Node, complaint: string): never {
    return refuse(this.context.file, node, complaint);
  }
}
