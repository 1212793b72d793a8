import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import {
  PARAMETER_TYPES,
  type ConditionDefinition,
  type Model,
  type ParameterType,
  type RelationReference,
  type Userset,
} from './model.ts';
import { FgaError, type Code } from './problem.ts';

/** Rewrites within rewrites; our own walks recurse. OpenFGA's bound is protobuf's, 100 messages within each other. */
const MAX_REWRITE_DEPTH = 25;
const TYPE = /^[^:#@\s]{1,254}$/u;
const RELATION = /^[^:#@\s]{1,50}$/u;
const MAX_EXPRESSION_BYTES = 512;

const invalid = (field: string, reason: string, code: Code = 'validation_error'): FgaError =>
  new FgaError(code, `invalid ${field}: ${reason}`);

/** Reads a model from a request's JSON: forms, lengths and patterns of the protobuf definition. What it means is checked by `validateModel`. */
export function readModel(body: JsonObject): Model {
  const definitions = listOf(body['type_definitions'], 'WriteAuthorizationModelRequest.TypeDefinitions');
  if (definitions.length === 0)
    throw invalid(
      'WriteAuthorizationModelRequest.TypeDefinitions',
      'value must contain at least 1 item(s)',
      'type_definitions_too_few_items',
    );
  const version = body['schema_version'] ?? '';
  if (version !== '1.0' && version !== '1.1' && version !== '1.2')
    throw invalid('WriteAuthorizationModelRequest.SchemaVersion', 'value must be in list [1.0 1.1 1.2]');
  const types = definitions.map(readType);
  const conditions = new Map(
    Object.entries(objectOf(body['conditions'], 'WriteAuthorizationModelRequest.Conditions')).map(([key, value]) => {
      if (!RELATION.test(key))
        throw invalid('WriteAuthorizationModelRequest.Conditions', `value does not match regex pattern "${RELATION.source}"`);
      return [key, readCondition(value)];
    }),
  );
  return {
    schemaVersion: version,
    types,
    conditions,
    json: { schema_version: version, type_definitions: definitions as Json[], conditions: body['conditions'] ?? {} },
  };
}

function readType(value: Json): Model['types'][number] {
  const definition = objectOf(value, 'TypeDefinition');
  const type = textOf(definition['type'], 'TypeDefinition.Type');
  if (!TYPE.test(type)) throw invalid('TypeDefinition.Type', `value does not match regex pattern "${TYPE.source}"`, 'type_invalid_pattern');
  const metadata = objectOf(objectOf(definition['metadata'], 'TypeDefinition.Metadata')['relations'], 'Metadata.Relations');
  const relations = Object.entries(objectOf(definition['relations'], 'TypeDefinition.Relations')).map(([name, rewrite]) => {
    if (!RELATION.test(name))
      throw invalid(
        `TypeDefinition.Relations[${name}]`,
        `value does not match regex pattern "${RELATION.source}"`,
        'relations_invalid_pattern',
      );
    const own = Object.hasOwn(metadata, name) ? objectOf(metadata[name], 'RelationMetadata') : {};
    const related = listOf(own['directly_related_user_types'], 'RelationMetadata.DirectlyRelatedUserTypes');
    return [name, { rewrite: readUserset(rewrite, 0), restrictions: related.map(readReference) }] as const;
  });
  return { type, relations: new Map(relations) };
}

function readUserset(value: Json | undefined, depth: number): Userset {
  if (depth > MAX_REWRITE_DEPTH) throw new FgaError('validation_error', 'exceeded max recursion depth');
  const userset = objectOf(value, 'Userset');
  const forms = FORMS.filter((form) => userset[form] !== undefined && userset[form] !== null);
  const [form] = forms;
  if (form === undefined) return { kind: 'none' };
  if (forms.length > 1) throw new FgaError('validation_error', `unexpected token, oneof openfga.v1.Userset.userset is already set`);
  const inner = objectOf(userset[form], 'Userset');
  switch (form) {
    case 'this':
      return { kind: 'this' };
    case 'computedUserset':
      return { kind: 'computed', relation: relationOf(inner, 'ObjectRelation') };
    case 'tupleToUserset':
      for (const [member, name] of [
        ['tupleset', 'Tupleset'],
        ['computedUserset', 'ComputedUserset'],
      ] as const)
        if (inner[member] === undefined) throw invalid(`TupleToUserset.${name}`, 'value is required');
      return {
        kind: 'ttu',
        tupleset: relationOf(objectOf(inner['tupleset'], 'ObjectRelation'), 'ObjectRelation'),
        computed: relationOf(objectOf(inner['computedUserset'], 'ObjectRelation'), 'ObjectRelation'),
      };
    case 'union':
    case 'intersection':
      return { kind: form, children: listOf(inner['child'], 'Usersets.Child').map((child) => readUserset(child, depth + 1)) };
    case 'difference':
      if (inner['base'] === undefined) throw invalid('Difference.Base', 'value is required', 'difference_base_missing_value');
      if (inner['subtract'] === undefined) throw invalid('Difference.Subtract', 'value is required', 'subtract_base_missing_value');
      return { kind: 'difference', base: readUserset(inner['base'], depth + 1), subtract: readUserset(inner['subtract'], depth + 1) };
  }
}

const FORMS = ['this', 'computedUserset', 'tupleToUserset', 'union', 'intersection', 'difference'] as const;

function relationOf(value: JsonObject, field: string): string {
  const relation = textOf(value['relation'], `${field}.Relation`);
  if (Buffer.byteLength(relation) > 50) throw invalid(`${field}.Relation`, 'value length must be at most 50 bytes');
  return relation;
}

function readReference(value: Json): RelationReference {
  const reference = objectOf(value, 'RelationReference');
  const type = textOf(reference['type'], 'RelationReference.Type');
  if (!TYPE.test(type))
    throw invalid('RelationReference.Type', `value does not match regex pattern "${TYPE.source}"`, 'type_invalid_pattern');
  const relation = textOf(reference['relation'], 'RelationReference.Relation');
  const condition = textOf(reference['condition'], 'RelationReference.Condition');
  for (const [name, text] of [
    ['Relation', relation],
    ['Condition', condition],
  ] as const)
    if (text !== '' && !RELATION.test(text))
      throw invalid(`RelationReference.${name}`, `value does not match regex pattern "${RELATION.source}"`);
  return { type, relation, wildcard: isObject(reference['wildcard']), condition };
}

function readCondition(value: Json): ConditionDefinition {
  const condition = objectOf(value, 'Condition');
  const name = textOf(condition['name'], 'Condition.Name');
  if (!RELATION.test(name)) throw invalid('Condition.Name', `value does not match regex pattern "${RELATION.source}"`);
  const expression = textOf(condition['expression'], 'Condition.Expression');
  if (Buffer.byteLength(expression) > MAX_EXPRESSION_BYTES)
    throw invalid('Condition.Expression', `value length must be at most ${MAX_EXPRESSION_BYTES} bytes`);
  const parameters = Object.entries(objectOf(condition['parameters'], 'Condition.Parameters')).map(([key, type]) => {
    if (!RELATION.test(key)) throw invalid('Condition.Parameters', `value does not match regex pattern "${RELATION.source}"`);
    return [key, readParameterType(type, 0)] as const;
  });
  return { name, expression, parameters: new Map(parameters) };
}

function readParameterType(value: Json, depth: number): ParameterType {
  const reference = objectOf(value, 'ConditionParamTypeRef');
  const given = reference['type_name'];
  const name =
    typeof given === 'number' ? PARAMETER_TYPES[given] : PARAMETER_TYPES.find((known) => known === (given ?? PARAMETER_TYPES[0]));
  if (name === undefined || depth > MAX_REWRITE_DEPTH)
    throw new FgaError('validation_error', `invalid value for enum field type_name: ${JSON.stringify(given)}`);
  const generics = listOf(reference['generic_types'], 'ConditionParamTypeRef.GenericTypes');
  if (generics.length > 5) throw invalid('ConditionParamTypeRef.GenericTypes', 'value must contain no more than 5 item(s)');
  return { name, generics: generics.map((inner) => readParameterType(inner, depth + 1)) };
}

function objectOf(value: Json | undefined, field: string): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new FgaError('validation_error', `syntax error: unexpected token for ${field}`);
  return value;
}

function listOf(value: Json | undefined, field: string): readonly Json[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new FgaError('validation_error', `syntax error: unexpected token for ${field}`);
  return value;
}

function textOf(value: Json | undefined, field: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new FgaError('validation_error', `invalid value for string field ${field}`);
  return value;
}
