import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { scanCode } from '../index.ts';
import { DIALECT_NAMES, DIALECTS, Templates } from './index.ts';
import { readTemplate } from './template.ts';

const holesOf = (dialect: keyof typeof DIALECTS, text: string): string[] => {
  const { holes, module } = readTemplate('page', text, DIALECTS[dialect]);
  return holes.map(
    ({ node, paths, isOpen }) => `${module.tree.textOf(node)} ${isOpen ? 'open' : paths.map((path) => path.join('.')).join(' ')}`,
  );
};

suite('templates', () => {
  test('filters', () => {
    assert.deepEqual(holesOf('jinja', '<p>{{- a.b|safe -}}</p>{{ a|e|safe }}{{ a["k"]|safe }}{{ f(a)|safe }}{{ a or b|safe }}'), [
      '{{- a.b|safe -}} a.b',
      '{{ a["k"]|safe }} a.k',
      '{{ f(a)|safe }} open',
      '{{ a or b|safe }} a b',
    ]);
    assert.deepEqual(holesOf('jinja', '{% for x in a.b %}{% set y = x.c %}{{ y.d|safe }}{% endfor %}{% raw body %}'), [
      '{{ y.d|safe }} a.b.[].c.d',
      '{% raw body %} body',
    ]);
  });

  test('scripts, sections and pipes', () => {
    assert.deepEqual(holesOf('ejs', "<%- a ? b.c : 'x' %><%- include('part') %><%= d %><%_ if (a) { _%><%- locals.e _%>"), [
      "<%- a ? b.c : 'x' %> a b.c",
      '<%- locals.e _%> e',
    ]);
    assert.deepEqual(holesOf('handlebars', '{{#each rows}}{{{this.name}}}{{/each}}{{{helper x}}}{{name}}'), [
      '{{{this.name}}} rows.[].name name',
      '{{{helper x}}} open',
    ]);
    assert.deepEqual(holesOf('go', '{{ range .Rows }}{{ .Name | safeHTML }}{{ end }}{{ .Name }}{{ safeHTML $.Top }}'), [
      '{{ .Name | safeHTML }} Rows.[].Name Name',
      '{{ safeHTML $.Top }} Top',
    ]);
  });

  test('where escaping for text is not enough', () => {
    const page =
      '<a href="{{ a }}" title="{{ b }}" id={{ c }}><b onclick="x({{ d }})"><script>y = {{ e }}; z = "{{ f }}"</script><i>{{ g }}</i>';
    assert.deepEqual(
      holesOf('jinja', page).map((hole) => hole.split(' ').at(-1)),
      ['a', 'c', 'd', 'e'],
    );
    assert.deepEqual(holesOf('jinja', '<script type="text/template">{{ a }}</script><style>{{ b }}</style><!-- <a id={{ c }}> -->'), []);
  });

  test('a page is found by its name, the nearest one, with all that it is made of', () => {
    const file = (path: string, text = '<p>{{ x|safe }}</p>') => ({ path, text });
    const templates = new Templates([
      file('a/templates/page.html', '{% extends "base.html" %}'),
      file('a/templates/base.html', '{% include "page.html" %}<p>'),
      file('b/templates/page.html.j2'),
    ]);
    const names = (name: string, from: string): string[] => templates.page(name, from).map(({ path }) => path);
    assert.deepEqual(names('page.html', 'a/views.py'), ['a/templates/page.html', 'a/templates/base.html']);
    assert.deepEqual(names('page', 'b/views.py'), ['b/templates/page.html.j2']);
    assert.deepEqual(names('other.html', 'b/views.py'), []);
  });

  test('a place where no flow is known is for audits alone', async () => {
    const files = [{ path: 'page.html', text: '<p>{{ x|safe }}</p>' }];
    assert.deepEqual((await scanCode(files)).findings, []);
    const [found] = (await scanCode(files, { audit: true })).findings;
    assert.equal(found?.rule, 'code.cross-site-scripting');
    assert.equal(found.audit, true);
    const mail = [{ path: 'emails/alert-body-text.html', text: 'Hello {{ x|safe }}' }];
    assert.deepEqual((await scanCode(mail, { audit: true })).findings, []);
  });

  test('a trace goes from the source to the hole', async () => {
    const view =
      "from flask import request, render_template\n\ndef show():\n    return render_template('page.html', x=request.args['x'])\n";
    const { findings } = await scanCode([
      { path: 'app.py', text: view },
      { path: 'templates/page.html', text: '<p>\n{{ x|safe }}</p>' },
    ]);
    assert.deepEqual(
      findings.flatMap(({ trace }) => trace ?? []).map(({ path, line, what }) => `${path}:${line} ${what}`),
      [
        'app.py:4 data from http',
        'app.py:4 given to the template',
        'templates/page.html:2 a hole that is not escaped',
        'templates/page.html:2 arrives at the sink',
      ],
    );
  });

  test('any text is read, in linear time', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '<%-',
      '%>',
      '{{{',
      '!{',
      '<script>',
      '<a href=',
      '"',
      "'",
      '|safe',
      ' for x in y ',
      '\n',
      '\ud800',
      'raw ',
      '#each a',
    );
    fc.assert(
      fc.property(fc.constantFrom(...DIALECT_NAMES), fc.array(piece, { maxLength: 60 }), (dialect, pieces) => {
        readTemplate('x', pieces.join(''), DIALECTS[dialect]);
      }),
    );
    for (const dialect of DIALECT_NAMES)
      for (const text of ['{{', '{%', '<%-', '!{', '<a ', '{{ a|safe }}', '{{#each a}}', ' ', "<script '"])
        readTemplate('x', text.repeat(100_000), DIALECTS[dialect]);
  });
});
