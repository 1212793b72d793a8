// What judging one tool call costs: `node bench/flow.ts [--runs N]`. A conversation of 50 messages and about 200 kB in five forms of results (`everywhere`: listings with the receiver in each record);
// milliseconds of wall and of processor time. `next`: a turn of a conversation whose other turns were read before, as an agent sends them;
// `first`: all of it is new.
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { judgeCall, KnownTexts, readConversation, toolFacts, type FlowMode, type Turn } from '../packages/sallyport/src/flow/index.ts';

const FORMS = ['listing', 'json', 'prose', 'mixed', 'everywhere'] as const;
const MODES: readonly FlowMode[] = ['balanced', 'strict'];
const READS = 16;

const { values } = parseArgs({ options: { runs: { type: 'string', default: '500' } } });
const runs = Number(values.runs);

for (const form of FORMS) {
  for (const mode of MODES) {
    for (const what of ['next', 'first'] as const) {
      const texts = new KnownTexts();
      const wall: number[] = [];
      let used = 0;
      for (let run = 0; run < runs; run++) {
        const turns = conversation(form, run);
        if (what === 'next') judge(form, turns.slice(0, -3), mode, run, texts);
        const cpu = process.cpuUsage();
        const started = performance.now();
        judge(form, turns, mode, run, what === 'next' ? texts : undefined);
        wall.push(performance.now() - started);
        const { user, system } = process.cpuUsage(cpu);
        used += user + system;
      }
      wall.sort((a, b) => a - b);
      const at = (share: number): string => (wall[Math.floor(wall.length * share)] ?? 0).toFixed(2);
      const each = (used / 1000 / runs).toFixed(2);
      process.stdout.write(
        `${form.padEnd(10)} ${mode.padEnd(9)} ${what.padEnd(6)}: p50 ${at(0.5)}, p99 ${at(0.99)}, processor ${each} ms a call\n`,
      );
    }
  }
}

function judge(form: string, turns: readonly Turn[], mode: FlowMode, run: number, texts?: KnownTexts): void {
  const facts = (name: string) => toolFacts(name);
  const args = {
    recipients: ['person7.name3@mail7.example', form === 'everywhere' ? 'ada@corp.example' : 'x@other.example'],
    subject: 'Invoice',
    body: `The total is 40. See www.example-3.com/x ${run}`,
    attachments: [{ file_path: '/inbox/file3.txt' }],
  };
  const known = texts === undefined ? undefined : { texts, owner: '' };
  judgeCall(readConversation(turns, facts, known).conversation, facts('send_email'), JSON.stringify(args), { mode });
}

/** Every text is a string of its own, as a request that was just parsed has them; the last result is another one in each run. */
function conversation(form: (typeof FORMS)[number], run: number): Turn[] {
  const turns: Turn[] = [
    { role: 'system', text: 'You work for Ada Byron.', message: 0 },
    { role: 'user', text: 'Find the invoice of Carla and send her the total; her address is in the mail.', message: 1 },
  ];
  for (let read = 0; read < READS; read++) {
    const message = 2 + read * 3;
    const [tool, args] =
      read % 2 === 1 ? ['search_emails', { query: `invoice ${read}` }] : ['read_file', { path: `/inbox/file${read}.txt` }];
    turns.push({ role: 'assistant', text: 'Let me look further.', message });
    turns.push({ role: 'call', message, tool, call: `c${read}`, arguments: JSON.stringify(args) });
    const text = Buffer.from(read === READS - 1 ? result(form, 1_000 + run) : result(form, read)).toString();
    turns.push({ role: 'tool', text, message: message + 1, tool, call: `c${read}` });
  }
  return turns;
}

function result(form: (typeof FORMS)[number], read: number): string {
  const rows = (count: number, row: (i: number) => string): string => Array.from({ length: count }, (_, i) => row(i)).join('');
  if (form === 'listing' || form === 'everywhere' || (form === 'mixed' && read % 2 === 1))
    return rows(
      55,
      (i) =>
        `- body: 'Hello ${i},\n\n    this is about invoice ${read}-${i} and some other words\n    that go on, please see www.example-${i}.com/x'\n` +
        `  id_: '${i}'\n  recipients:\n  - ada@corp.example\n  sender: person${i}.name${read}@mail${i}.example\n  subject: Invoice ${i}\n`,
    );
  if (form === 'json') {
    const note = 'some text about the invoice that is long enough to be prose for whoever reads it, and a little longer';
    return JSON.stringify(Array.from({ length: 70 }, (_, id) => ({ id, name: `Person ${id}`, email: `p${id}.${read}@x.example`, note })));
  }
  return rows(200, (i) => `Line ${i} of a text about invoice ${read} and the customer, see page ${i}.\n`);
}
