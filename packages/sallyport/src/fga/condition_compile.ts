import { celEnv, celFunc, celMethod, CelScalar, isCelError, mapType, parse, plan, type CelEnv, type CelInput } from '@bufbuild/cel';
import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { checkType, showType, type CelType, type Expression } from './condition_check.ts';
import { ADDRESS, celTypeOf, convertValue, ConversionError, inNetwork, readAddress } from './condition_value.ts';
import type { ConditionDefinition } from './model.ts';
import { ConditionError, type Condition } from './condition.ts';
import { FgaError } from './problem.ts';

/** Steps of all loops of one evaluation, at most: elements of the context to the power of the loops within each other. */
const MAX_LOOP_STEPS = 10_000;

const ADDRESS_TYPE = mapType(CelScalar.STRING, CelScalar.STRING);
let environment: CelEnv | undefined;

/** The functions that OpenFGA adds to CEL's own. */
function env(): CelEnv {
  environment ??= celEnv({
    funcs: [
      celFunc('ipaddress', [CelScalar.STRING], ADDRESS_TYPE, (text) => {
        const address = readAddress(text);
        if (address === undefined) throw new Error('unable to parse IP');
        return new Map([[ADDRESS, address]]);
      }),
      celMethod('in_cidr', ADDRESS_TYPE, [CelScalar.STRING], CelScalar.BOOL, function (this: unknown, cidr) {
        const address = (this as { get(key: string): unknown }).get(ADDRESS);
        const inside = typeof address === 'string' ? inNetwork(address, cidr) : undefined;
        if (inside === undefined) throw new Error(`'${cidr}' is a malformed CIDR string`);
        return inside;
      }),
    ],
  });
  return environment;
}

/** Compiles the conditions of a model. Throws FgaError invalid_authorization_model. */
export function compileConditions(definitions: ReadonlyMap<string, ConditionDefinition>): ReadonlyMap<string, Condition> {
  return new Map([...definitions].map(([key, definition]) => [key, compileCondition(key, definition)]));
}

function compileCondition(key: string, definition: ConditionDefinition): Condition {
  const { name, parameters } = definition;
  if (key !== name) throw invalid(`condition key '${key}' does not match condition name '${name}'`);
  const scope = new Map<string, CelType>();
  for (const [parameter, type] of parameters) {
    const celType = celTypeOf(type);
    if (celType === undefined)
      throw refused(
        name,
        `failed to decode parameter type for parameter '${parameter}': unknown condition parameter type \`${type.name}\``,
      );
    scope.set(parameter, celType);
  }
  const expression = parseChecked(definition, scope);
  const program = plan(env(), expression);
  const depth = loopDepth(expression);
  const convert = (context: JsonObject): Map<string, CelInput> => convertContext(definition, context);
  return {
    name,
    problem(context) {
      try {
        convert(context);
      } catch (error) {
        if (error instanceof ConditionError) return error.message;
        throw error;
      }
      const unknown = Object.keys(context).find((parameter) => !parameters.has(parameter));
      return unknown === undefined ? undefined : `found invalid context parameter: ${unknown}`;
    },
    evaluate(given, stored, tuple) {
      const context = { ...given, ...stored };
      const values = convert(context);
      if (depth > 0 && sizeOf(context) ** depth > MAX_LOOP_STEPS)
        throw failed(name, 'failed to evaluate condition expression: operation cancelled: actual cost limit exceeded');
      const missing = [...parameters.keys()].filter((parameter) => !values.has(parameter));
      if (missing.length > 0) throw failed(name, `tuple '${tuple()}' is missing context parameters '[${missing.join(' ')}]'`);
      const result = program(Object.fromEntries(values));
      if (isCelError(result)) throw failed(name, `failed to evaluate condition expression: ${result.message}`);
      return result === true;
    },
  };
}

const invalid = (message: string): FgaError => new FgaError('invalid_authorization_model', message);
const refused = (name: string, cause: string): FgaError => invalid(`failed to compile expression on condition '${name}' - ${cause}`);
const failed = (name: string, cause: string): ConditionError => new ConditionError(`'${name}' - ${cause}`);

function parseChecked({ name, expression }: ConditionDefinition, scope: ReadonlyMap<string, CelType>): Expression {
  try {
    const parsed = parse(expression).expr;
    const type = checkType(parsed, scope);
    if (type !== 'bool') throw refused(name, `expected a bool condition expression output, but got '${showType(type)}'`);
    return parsed;
  } catch (error) {
    if (error instanceof FgaError) throw error;
    throw refused(name, `ERROR: ${name}:1:1: ${error instanceof Error ? error.message : 'syntax error'}`);
  }
}

function convertContext({ name, parameters }: ConditionDefinition, context: JsonObject): Map<string, CelInput> {
  const values = new Map<string, CelInput>();
  const given = Object.keys(context).length;
  if (given > 0 && parameters.size === 0)
    throw new ConditionError(`parameter type error on condition '${name}' - no parameters defined for the condition`);
  for (const [parameter, type] of parameters) {
    const value = Object.hasOwn(context, parameter) ? context[parameter] : undefined;
    if (value === undefined) continue;
    try {
      values.set(parameter, convertValue(type, value));
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
      throw new ConditionError(
        `parameter type error on condition '${name}' - failed to convert context parameter '${parameter}': ${error.message}`,
      );
    }
  }
  return values;
}

/** How many loops stand within each other. */
function loopDepth(expression: Expression | undefined): number {
  const kind = expression?.exprKind;
  const deepest = (parts: readonly (Expression | undefined)[]): number => Math.max(0, ...parts.map(loopDepth));
  switch (kind?.case) {
    case 'selectExpr':
      return loopDepth(kind.value.operand);
    case 'listExpr':
      return deepest(kind.value.elements);
    case 'structExpr':
      return deepest(kind.value.entries.flatMap(({ keyKind, value }) => [keyKind.case === 'mapKey' ? keyKind.value : undefined, value]));
    case 'callExpr':
      return deepest([kind.value.target, ...kind.value.args]);
    case 'comprehensionExpr': {
      const { iterRange, loopStep, result } = kind.value;
      return Math.max(loopDepth(iterRange), loopDepth(result), 1 + loopDepth(loopStep));
    }
    default:
      return 0;
  }
}

/** Values in a context, those within values included. */
function sizeOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1;
  return (isObject(value) ? Object.values(value) : value).reduce<number>((sum, item) => sum + sizeOf(item), 1);
}
