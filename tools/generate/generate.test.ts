import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from '../../packages/sallyport/src/kernel/index.ts';
import { configurationPage } from './configuration.ts';
import { errorsPage } from './errors.ts';

const entry = { status: 409, message: 'In use | elsewhere.', fix: 'Stop it.' };

test('the errors page has a row for each code, with cells that cannot break the table', () => {
  const page = errorsPage([{ module: 'store', exports: { ERRORS: { STORE_LOCKED: entry } } }]);
  assert.equal(page.path, 'docs/errors.md');
  assert.ok(page.text.includes('## store\n'));
  assert.ok(page.text.includes('| `STORE_LOCKED` | 409 | In use \\| elsewhere. | Stop it. |'));
});

test('a code that two modules use, or a malformed catalogue, is refused', () => {
  const room = (module: string) => ({ module, exports: { ERRORS: { STORE_LOCKED: entry } } });
  assert.throws(() => errorsPage([room('store'), room('audit')]), /STORE_LOCKED stands in store\/errors\.ts and audit\/errors\.ts/);
  assert.throws(() => errorsPage([{ module: 'store', exports: {} }]), /store\/errors\.ts/);
  assert.throws(() => errorsPage([{ module: 'store', exports: { ERRORS: { locked: entry } } }]), /store\/errors\.ts/);
  assert.throws(() => errorsPage([{ module: 'store', exports: { ERRORS: { STORE_LOCKED: { ...entry, status: 200 } } } }]), /status/);
});

test('the configuration page walks objects, lists and choices, with defaults and ranges', () => {
  const CONFIG = Type.Object(
    {
      mode: Type.Optional(Type.Enum(['a', 'b'], { default: 'a', description: 'How.' })),
      list: Type.Array(Type.Object({ id: Type.Integer({ minimum: 1, maximum: 9 }) })),
    },
    { description: 'Whole.' },
  );
  const { text } = configurationPage([{ module: 'gateway', exports: { CONFIG } }]);
  assert.ok(text.includes('| `gateway` | object |  | Whole. |'));
  assert.ok(text.includes('| `gateway.mode` | `a`, `b` | `"a"` | How. |'));
  assert.ok(text.includes('| `gateway.list` | list of object | required |  |'));
  assert.ok(text.includes('| `gateway.list[].id` | integer (1 to 9) | required |  |'));
});

test("once app composes the whole file, its keys are the page's sections and nothing stands twice", () => {
  const part = Type.Object({ on: Type.Boolean() });
  const { text } = configurationPage([
    { module: 'app', exports: { CONFIG: Type.Object({ guards: part }) } },
    { module: 'guard', exports: { CONFIG: part } },
  ]);
  assert.deepEqual(text.match(/^## .*/gm), ['## guards']);
});
