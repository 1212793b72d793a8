import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import {
  PARAMETER_TYPES,
  type ConditionDefinition,
  type Model,
  type ParameterType,
  type RelationReference,
  type Userset,
} from './model.ts';
import { FgaError } from './problem.ts';
import { member, pattern, refuse, RELATION, TYPE, unlike } from './request.ts';

/** Rewrites within rewrites; our own walks recurse. OpenFGA's bound is protobuf's, 100 messages within each other. */
const MAX_REWRITE_DEPTH = 25;
const SOURCE_FILE = pattern('^[a-zA-Z0-9_\\-\\/]{1,100}\\.fga$');
/** Conditions of a model, and parameters of a condition. */
const MAX_PAIRS = 25;
const MAX_EXPRESSION_BYTES = 512;

/** Reads a model from a request's JSON: forms, lengths and patterns of the protobuf definition. What it means is checked by `validateModel`. */
export function readModel(body: JsonObject): Model {
  const definitions = listOf(body['type_definitions'], 'WriteAuthorizationModelRequest.TypeDefinitions');
  if (definitions.length === 0)
    throw refuse(
      'WriteAuthorizationModelRequest.TypeDefinitions',
      'value must contain at least 1 item(s)',
      'type_definitions_too_few_items',
    );
  const types = definitions.map(readType);
  const version = body['schema_version'] ?? '';
  if (version !== '1.0' && version !== '1.1' && version !== '1.2')
    throw refuse('WriteAuthorizationModelRequest.SchemaVersion', 'value must be in list [1.0 1.1 1.2]');
  const conditions = new Map(
    pairs(body['conditions'], 'WriteAuthorizationModelRequest.Conditions').map(([key, value]) => {
      if (!RELATION.test(key)) throw refuse(`WriteAuthorizationModelRequest.Conditions[${key}]`, unlike(RELATION));
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
  if (!TYPE.test(type)) throw refuse('TypeDefinition.Type', unlike(TYPE), 'type_invalid_pattern');
  const about = objectOf(definition['metadata'], 'TypeDefinition.Metadata');
  const metadata = objectOf(about['relations'], 'Metadata.Relations');
  const relations = Object.entries(objectOf(definition['relations'], 'TypeDefinition.Relations')).map(([name, rewrite]) => {
    if (!RELATION.test(name)) throw refuse(`TypeDefinition.Relations[${name}]`, unlike(RELATION), 'relations_invalid_pattern');
    const own = Object.hasOwn(metadata, name) ? objectOf(metadata[name], 'RelationMetadata') : {};
    const related = listOf(own['directly_related_user_types'], 'RelationMetadata.DirectlyRelatedUserTypes');
    checkOrigin(own, 'RelationMetadata');
    return [name, { rewrite: readUserset(rewrite, 0), restrictions: related.map(readReference) }] as const;
  });
  checkOrigin(about, 'Metadata');
  return { type, relations: new Map(relations) };
}

/** Of which module and file of a modular model something is. */
function checkOrigin(value: JsonObject, message: string): void {
  const module = textOf(value['module'], `${message}.Module`);
  if (module !== '' && !RELATION.test(module)) throw refuse(`${message}.Module`, unlike(RELATION));
  const file = textOf(objectOf(value['source_info'], `${message}.SourceInfo`)['file'], 'SourceInfo.File');
  if (file !== '' && !SOURCE_FILE.test(file)) throw refuse('SourceInfo.File', unlike(SOURCE_FILE));
}

/** Members of a map, which has at most `MAX_PAIRS`. */
function pairs(value: Json | undefined, field: string): [string, Json][] {
  const found = Object.entries(objectOf(value, field));
  if (found.length > MAX_PAIRS) throw refuse(field, `value must contain no more than ${MAX_PAIRS} pair(s)`);
  return found;
}

function readUserset(value: Json | undefined, depth: number): Userset {
  if (depth > MAX_REWRITE_DEPTH) throw new FgaError('validation_error', 'exceeded max recursion depth');
  const userset = objectOf(value, 'Userset');
  const forms = FORMS.filter((form) => member(userset, form) !== undefined);
  const [form] = forms;
  if (form === undefined) return { kind: 'none' };
  if (forms.length > 1) throw new FgaError('validation_error', `unexpected token, oneof openfga.v1.Userset.userset is already set`);
  const inner = objectOf(member(userset, form), 'Userset');
  switch (form) {
    case 'this':
      return { kind: 'this' };
    case 'computed_userset':
      return { kind: 'computed', relation: relationOf(inner, 'ObjectRelation') };
    case 'tuple_to_userset':
      for (const [field, name] of [
        ['tupleset', 'Tupleset'],
        ['computed_userset', 'ComputedUserset'],
      ] as const)
        if (member(inner, field) === undefined) throw refuse(`TupleToUserset.${name}`, 'value is required');
      return {
        kind: 'ttu',
        tupleset: relationOf(objectOf(inner['tupleset'], 'ObjectRelation'), 'ObjectRelation'),
        computed: relationOf(objectOf(member(inner, 'computed_userset'), 'ObjectRelation'), 'ObjectRelation'),
      };
    case 'union':
    case 'intersection':
      return { kind: form, children: listOf(inner['child'], 'Usersets.Child').map((child) => readUserset(child, depth + 1)) };
    case 'difference':
      if (member(inner, 'base') === undefined) throw refuse('Difference.Base', 'value is required', 'difference_base_missing_value');
      if (member(inner, 'subtract') === undefined) throw refuse('Difference.Subtract', 'value is required', 'subtract_base_missing_value');
      return { kind: 'difference', base: readUserset(inner['base'], depth + 1), subtract: readUserset(inner['subtract'], depth + 1) };
  }
}

const FORMS = ['this', 'computed_userset', 'tuple_to_userset', 'union', 'intersection', 'difference'] as const;

function relationOf(value: JsonObject, field: string): string {
  if (Buffer.byteLength(textOf(value['object'], `${field}.Object`)) > 256)
    throw refuse(`${field}.Object`, 'value length must be at most 256 bytes', 'object_too_long');
  const relation = textOf(value['relation'], `${field}.Relation`);
  if (Buffer.byteLength(relation) > 50) throw refuse(`${field}.Relation`, 'value length must be at most 50 bytes', 'relation_too_long');
  return relation;
}

function readReference(value: Json): RelationReference {
  const reference = objectOf(value, 'RelationReference');
  const type = textOf(reference['type'], 'RelationReference.Type');
  if (!TYPE.test(type)) throw refuse('RelationReference.Type', unlike(TYPE), 'type_invalid_pattern');
  const relation = textOf(reference['relation'], 'RelationReference.Relation');
  const condition = textOf(reference['condition'], 'RelationReference.Condition');
  for (const [name, text] of [
    ['Condition', condition],
    ['Relation', relation],
  ] as const)
    if (text !== '' && !RELATION.test(text)) throw refuse(`RelationReference.${name}`, unlike(RELATION));
  return { type, relation, wildcard: isObject(reference['wildcard']), condition };
}

function readCondition(value: Json): ConditionDefinition {
  const condition = objectOf(value, 'Condition');
  const name = textOf(condition['name'], 'Condition.Name');
  if (!RELATION.test(name)) throw refuse('Condition.Name', unlike(RELATION));
  const expression = textOf(condition['expression'], 'Condition.Expression');
  if (Buffer.byteLength(expression) > MAX_EXPRESSION_BYTES)
    throw refuse('Condition.Expression', `value length must be at most ${MAX_EXPRESSION_BYTES} bytes`);
  const parameters = pairs(condition['parameters'], 'Condition.Parameters').map(([key, type]) => {
    if (!RELATION.test(key)) throw refuse(`Condition.Parameters[${key}]`, unlike(RELATION));
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
  if (generics.length > 5) throw refuse('ConditionParamTypeRef.GenericTypes', 'value must contain no more than 5 item(s)');
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
