import { NO_VALUE } from '../ir.ts';
import type { JavaScriptLowering } from './javascript_lowering.ts';
import type { Handler } from './table.ts';

/** ES modules; `require` is an expression. */
export const moduleHandlers: Readonly<Record<string, Handler<JavaScriptLowering>>> = {
  import_statement(l, node) {
    const source = l.field(node, 'source');
    if (source < 0) return NO_VALUE;
    const module = specifier(l.tree.textOf(source));
    l.build.imports.push(module);
    const clause = l.tree.childOfKind(node, 'import_clause');
    for (const child of clause < 0 ? [] : l.tree.children(clause)) bindImport(l, child, module);
    return NO_VALUE;
  },
  export_statement(l, node) {
    const { tree, build } = l;
    const declaration = l.field(node, 'declaration');
    const value = l.field(node, 'value');
    const source = l.field(node, 'source');
    const isDefault = /^export\s+default\b/.test(tree.textOf(node).slice(0, 24));
    if (declaration >= 0) {
      for (const child of tree.children(node)) if (tree.kindName(child) === 'decorator') l.value(child);
      const lowered = l.value(declaration);
      for (const name of declaredNames(l, declaration)) exportAs(l, isDefault ? 'default' : name, build.load(name, node), node);
      if (isDefault && lowered !== NO_VALUE) exportAs(l, 'default', lowered, node);
    } else if (value >= 0) exportAs(l, 'default', l.operand(value), node);
    const clause = tree.childOfKind(node, 'export_clause');
    const from = source < 0 ? undefined : specifier(tree.textOf(source));
    if (from !== undefined) build.imports.push(from);
    for (const child of clause < 0 ? [] : tree.children(clause)) {
      const name = tree.textOf(l.field(child, 'name'));
      const alias = l.field(child, 'alias');
      const exported = from === undefined ? build.load(name, child) : build.symbol([from, name], child);
      exportAs(l, alias < 0 ? name : tree.textOf(alias), exported, child);
    }
    if (clause < 0 && from !== undefined) exportAs(l, '*', build.symbol([from], node), node);
    return NO_VALUE;
  },
};

function bindImport(l: JavaScriptLowering, node: number, module: string): void {
  const { tree, build } = l;
  switch (tree.kindName(node)) {
    case 'identifier':
      build.importAs(tree.textOf(node), [module, 'default'], node);
      break;
    case 'namespace_import':
      build.importAs(tree.textOf(tree.first(node)), [module], node);
      break;
    case 'named_imports':
      for (const child of tree.children(node)) {
        const name = tree.textOf(l.field(child, 'name'));
        const alias = l.field(child, 'alias');
        build.importAs(alias < 0 ? name : tree.textOf(alias), [module, name], child);
      }
      break;
    default:
  }
}

function exportAs(l: JavaScriptLowering, name: string, value: number, node: number): void {
  l.build.setField(l.build.load('exports', node), name, value, node);
}

function declaredNames(l: JavaScriptLowering, declaration: number): string[] {
  const { tree } = l;
  const name = tree.child(declaration, 'name');
  if (name >= 0) return [tree.textOf(name)];
  return tree.children(declaration).flatMap((child) => {
    const pattern = tree.kindName(child) === 'variable_declarator' ? tree.child(child, 'name') : -1;
    return pattern >= 0 && tree.kindName(pattern) === 'identifier' ? [tree.textOf(pattern)] : [];
  });
}

/** A quoted module name without quotes and `node:`. */
function specifier(quoted: string): string {
  return quoted.slice(1, -1).replace(/^node:/, '');
}

/** The module of `require('x')` and `import('x')`. */
export function moduleName(l: JavaScriptLowering, callee: number, list: number): string | undefined {
  const name = l.tree.textOf(callee);
  if ((name !== 'require' && name !== 'import') || list < 0) return undefined;
  const argument = l.tree.first(list);
  if (argument < 0 || l.tree.kindName(argument) !== 'string') return undefined;
  const module = specifier(l.tree.textOf(argument));
  l.build.imports.push(module);
  return module;
}
