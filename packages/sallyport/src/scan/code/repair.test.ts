import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanCode } from './index.ts';
import { repaired } from './repair.ts';

async function lines(path: string, text: string): Promise<string[]> {
  const { findings } = await scanCode([{ path, text }]);
  return findings.map(({ rule, location }) => `${rule.replace('code.', '')}:${location.kind === 'file' ? location.line : 0}`);
}

test('the middle of a file is read, at the lines where it stands', async () => {
  const rust =
    '        None => return Err("no salt")\n    };\n    // the password\n    let mut md5 = Md5::new();\n    md5.input_str(&p);\n';
  assert.deepEqual(await lines('a.rs', rust), ['weak-hash-function:4']);
  const python =
    "        name = request.args['n']\n        return name\n\n    def go(self):\n        os.system(self.cmd)\n\ndef last():\n    eval(code)\n";
  assert.deepEqual(await lines('a.py', python), ['command-injection:5', 'code-injection:8']);
  const script = "    done(result);\n  });\n});\napp.get('/', (req, res) => {\n  exec(req.query.a, (error) => {\n    if (error) {\n";
  assert.deepEqual(await lines('a.js', script), ['command-injection:5']);
});

test('whole code is left as it is, and what is no piece of code too', () => {
  assert.equal(repaired('const a = [1, { b: "}" }]; // )', 'javascript'), undefined);
  assert.equal(repaired("fn f<'a>(x: &'a str) -> char { '}' }", 'rust'), undefined);
  assert.equal(repaired('def f():\n    pass\n', 'python'), undefined);
  assert.equal(repaired('}'.repeat(100_000), 'go'), undefined);
  assert.equal(repaired('"\\', 'javascript'), undefined);
});
