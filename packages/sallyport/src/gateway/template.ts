import { RE2JS } from 're2js';
import { isObject, reasonOf, type Json, type JsonObject } from '../kernel/index.ts';
import type { Api } from '../message/index.ts';
import type { FieldConfig, TemplateConfig } from './template_config.ts';

/** The member of a request body that names a template; it is never forwarded. */
const MEMBER = 'sallyport';

/** What a template takes the place of: a request that names one brings no text of these. */
const CONVERSATION = ['messages', 'input', 'prompt', 'system', 'instructions', 'tools', 'functions'];

/** Characters of a value of kind `pattern`; a reference or a number, not a text. */
const MAX_PATTERN_VALUE = 200;
/** Problems that are told; who sends more has mistaken the template. */
const MAX_PROBLEMS = 20;

export type Rendered = { readonly ok: true; readonly body: JsonObject } | { readonly ok: false; readonly problems: readonly string[] };

export type Templates = {
  /** The body with its template filled in; undefined when it names none. */
  render(api: Api, body: JsonObject): Rendered | undefined;
};

type Compiled = { readonly template: TemplateConfig; readonly patterns: ReadonlyMap<string, RE2JS> };

/** Compiles the templates of a configuration that `templateProblems` found nothing in. */
export function compileTemplates(templates: readonly TemplateConfig[]): Templates {
  const byName = new Map<string, Compiled>(templates.map((template) => [template.name, { template, patterns: patternsOf(template) }]));
  return {
    render(api, body) {
      if (!Object.hasOwn(body, MEMBER)) return undefined;
      const asked = body[MEMBER];
      if (!isObject(asked) || typeof asked['template'] !== 'string')
        return { ok: false, problems: [`'${MEMBER}' must be {"template": NAME, "fields": {...}}`] };
      const compiled = byName.get(asked['template']);
      if (compiled === undefined) return { ok: false, problems: ['there is no such template'] };
      const fields = asked['fields'] ?? {};
      const problems = [
        ...bodyProblems(api, body, asked),
        ...(isObject(fields) ? fieldProblems(compiled, fields) : ["'fields' must be an object"]),
      ];
      if (problems.length > 0 || !isObject(fields)) return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) };
      return { ok: true, body: bodyOf(api, body, compiled.template, fields) };
    },
  };
}

function patternsOf({ fields = {} }: TemplateConfig): ReadonlyMap<string, RE2JS> {
  return new Map(
    Object.entries(fields).flatMap(([name, field]) => (field.kind === 'pattern' ? [[name, RE2JS.compile(field.pattern)] as const] : [])),
  );
}

/** The APIs whose conversation a template can fill. */
const FORMS: ReadonlySet<Api> = new Set<Api>(['chat', 'responses', 'messages', 'count_tokens']);

function bodyProblems(api: Api, body: JsonObject, asked: JsonObject): string[] {
  return [
    ...(FORMS.has(api) ? [] : ['this endpoint takes no templates']),
    ...CONVERSATION.filter((name) => Object.hasOwn(body, name)).map((name) => `'${name}' cannot stand beside a template`),
    ...Object.keys(asked)
      .filter((name) => name !== 'template' && name !== 'fields')
      .map(() => `'${MEMBER}' holds something other than template and fields`),
  ];
}

/** Every field that is not what was declared. A message quotes names of the template only, never what was sent. */
function fieldProblems({ template, patterns }: Compiled, given: JsonObject): string[] {
  const declared = template.fields ?? {};
  const surplus = Object.keys(given).some((name) => !Object.hasOwn(declared, name))
    ? ['there are fields that the template does not declare']
    : [];
  const wrong = Object.entries(declared).flatMap(([name, field]) => {
    if (!Object.hasOwn(given, name)) return [`field '${name}' is missing`];
    const problem = valueProblem(field, given[name] ?? null, patterns.get(name));
    return problem === undefined ? [] : [`field '${name}' ${problem}`];
  });
  return [...surplus, ...wrong];
}

function valueProblem(field: FieldConfig, value: Json, pattern: RE2JS | undefined): string | undefined {
  switch (field.kind) {
    case 'choice':
      return typeof value === 'string' && field.choices.includes(value) ? undefined : `must be one of ${field.choices.join(', ')}`;
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value) || (field.integer === true && !Number.isInteger(value)))
        return 'must be a number';
      if (value < (field.minimum ?? -Infinity) || value > (field.maximum ?? Infinity)) return 'is out of its range';
      return undefined;
    case 'date':
      return typeof value === 'string' && isDay(value) ? undefined : 'must be a day, as 2026-01-31';
    case 'pattern':
      return typeof value === 'string' && value.length <= MAX_PATTERN_VALUE && pattern?.matches(value) === true
        ? undefined
        : 'is not of the declared form';
    default:
      if (typeof value !== 'string' || !value.isWellFormed()) return 'must be a text';
      return value.length <= field.maxLength ? undefined : `is longer than ${field.maxLength} characters`;
  }
}

/** The last day of February included: a date that the calendar does not have reads back as another. */
function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

const PLACE = /\{\{\s{0,4}([a-z][a-z0-9_]{0,40})\s{0,4}\}\}/g;

/** Filled in one pass: what a value says is never read as a place again. */
function fill(text: string, { fields = {} }: TemplateConfig, given: JsonObject): string {
  return text.replace(PLACE, (_whole, name: string) => {
    const value = given[name] as string | number;
    return Object.hasOwn(fields, name) && fields[name]?.kind === 'text' ? asData(name, String(value)) : String(value);
  });
}

/** Free text goes in between marks that it cannot close: `<` of anything like our mark becomes another character. */
function asData(name: string, value: string): string {
  return `<data field="${name}">\n${value.replace(/<(?=\s{0,8}\/?\s{0,8}data\b)/gi, '\u2039')}\n</data>`;
}

function bodyOf(api: Api, body: JsonObject, template: TemplateConfig, given: JsonObject): JsonObject {
  const rest: JsonObject = Object.fromEntries(Object.entries(body).filter(([name]) => name !== MEMBER));
  const messages = template.messages.map(({ role, text }) => ({ role, content: fill(text, template, given) }));
  if (api === 'responses') return { ...rest, input: messages };
  if (api === 'chat') return { ...rest, messages };
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  return {
    ...rest,
    ...(system.length === 0 ? {} : { system: system.join('\n\n') }),
    messages: messages.filter(({ role }) => role !== 'system'),
  };
}

/** What the form of `templates:` does not show; `pointer` (RFC 6901) is relative to its value. */
export function templateProblems(templates: readonly TemplateConfig[]): { readonly pointer: string; readonly message: string }[] {
  return templates.flatMap((template, at) => {
    const { name, messages, fields = {} } = template;
    const used = new Set(messages.flatMap(({ text }) => placesOf(text)));
    return [
      ...(templates.findIndex((other) => other.name === name) < at
        ? [{ pointer: `/${at}/name`, message: `two templates are called ${name}` }]
        : []),
      ...messages.flatMap(({ role, text }, i) =>
        placesOf(text).flatMap((place) =>
          placeProblem(fields, place, role).map((message) => ({ pointer: `/${at}/messages/${i}/text`, message })),
        ),
      ),
      ...Object.entries(fields).flatMap(([field, config]) =>
        fieldConfigProblem(field, config, used).map((message) => ({ pointer: `/${at}/fields/${field}`, message })),
      ),
    ];
  });
}

function placesOf(text: string): string[] {
  return [...text.matchAll(PLACE)].map((match) => match[1] ?? '');
}

function placeProblem(fields: NonNullable<TemplateConfig['fields']>, place: string, role: string): string[] {
  if (!Object.hasOwn(fields, place)) return [`{{${place}}} is not among the fields`];
  // Free text among the app's own instructions would be read as one of them.
  return fields[place]?.kind === 'text' && role !== 'user' ? [`{{${place}}} is free text: it may stand in messages of the user only`] : [];
}

function fieldConfigProblem(name: string, field: FieldConfig, used: ReadonlySet<string>): string[] {
  if (!used.has(name)) return [`no message uses {{${name}}}`];
  if (field.kind !== 'pattern') return [];
  try {
    RE2JS.compile(field.pattern);
    return [];
  } catch (error) {
    return [`is no regular expression of RE2: ${reasonOf(error)}`];
  }
}
