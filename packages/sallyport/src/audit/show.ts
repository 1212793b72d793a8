import { cut, displayWidth, pad, visible, wrap } from '../kernel/index.ts';
import type { Content } from './content.ts';
import type { Event, EventDecision, EventFinding, EventPart, EventRule } from './event.ts';
import type { Mark, Piece } from './excerpt.ts';
import type { EventPlace } from './lookup.ts';
import type { ShownEvent } from './routes.ts';

export type ShowOptions = { readonly width: number; readonly colour: boolean };

const SGR = {
  bold: '\u001b[1m',
  dim: '\u001b[2m',
  red: '\u001b[31m',
  green: '\u001b[32m',
  yellow: '\u001b[33m',
  mark: '\u001b[7m',
  off: '\u001b[0m',
} as const;
const VERDICT = { allow: ['ALLOWED', 'green'], ask: ['HELD FOR APPROVAL', 'yellow'], deny: ['REFUSED', 'red'] } as const;
/** Narrower terminals get lines that run over: nothing readable fits. */
const MIN_WIDTH = 40;
/** Findings listed under one part; the rest is counted. */
const MAX_LISTED = 10;

/**
 * An event for a person: first what was decided and by which rule with its reason, then the parts by origin with their findings marked in the text,
 * then masks, timings and the place in the log. Everything from data is made visible; no line of text can look like one of ours.
 */
export function showEvent(event: ShownEvent, content: Content, place: EventPlace | undefined, options: ShowOptions): string {
  const width = Math.max(MIN_WIDTH, options.width);
  const paint = (style: keyof typeof SGR, text: string): string => (options.colour ? `${SGR[style]}${text}${SGR.off}` : text);
  return [
    ...headline(event, width, paint),
    ...facts(event, width),
    ...parts(event, content, width, paint),
    ...wouldHave(event.decision, width, paint),
    '',
    ...numbers(event, width),
    ...textNote(content, width),
    ...proofNote(event, place, width),
  ].join('\n');
}

type Paint = (style: keyof typeof SGR, text: string) => string;

function headline(event: Event, width: number, paint: Paint): string[] {
  const { decision } = event;
  if (decision === undefined) {
    const target = event.target === undefined ? '' : ` ${event.target.kind} ${event.target.name ?? event.target.id}`;
    return [paint('bold', visible(`${event.kind}${target}`)), ...indented(event.message ?? '', width)];
  }
  const [word, style] = VERDICT[decision.action];
  const reasons = decision.rules.filter((rule) => rule.action === decision.action);
  const shown = unique(decision.action === 'allow' ? [] : reasons.length > 0 ? reasons : decision.rules);
  const first = paint('bold', paint(style, word));
  if (shown.length === 0) return [event.message === undefined ? first : `${first}  ${visible(event.message)}`];
  return shown.flatMap((rule, at) => [
    ...(at === 0
      ? [`${first}  by rule ${paint('bold', visible(rule.id))}${whereOf(rule)}`]
      : [`    and by rule ${visible(rule.id)}${whereOf(rule)}`]),
    ...indented(rule.why ?? '', width),
  ]);
}

/** One line a rule and point, however many parts it held for. */
function unique(rules: readonly EventRule[]): EventRule[] {
  return rules.filter((rule, at) => rules.findIndex((other) => other.id === rule.id && other.point === rule.point) === at);
}

function whereOf(rule: EventRule): string {
  return rule.point === undefined ? '' : ` at ${rule.point}${rule.part === undefined ? '' : `, part ${rule.part}`}`;
}

function facts(event: ShownEvent, width: number): string[] {
  const { api, http, actor } = event;
  const call = [
    api?.operation,
    api?.model,
    api?.provider === undefined ? undefined : `via ${api.provider}`,
    http === undefined ? undefined : `HTTP ${http.status}`,
  ];
  const who = `by ${actor.name === undefined ? '' : `${actor.name}, `}${actor.principal}${actor.kind === undefined ? '' : ` (${actor.kind})`}${actor.key === undefined ? '' : `, key ${actor.key}`}`;
  const phase = event.phase === 'started' ? ', has not ended' : '';
  const code = event.status_code === undefined ? [] : [`code ${event.status_code}`];
  const lines = [
    `${event.uid}  ${utc(event.time)}  ${event.kind}${phase}`,
    [...call.filter((word) => word !== undefined), ...code].join('  '),
    who,
  ];
  return lines.filter((line) => line !== '').flatMap((line) => indented(line, width));
}

function parts(event: Event, content: Content, width: number, paint: Paint): string[] {
  const pieces = content.state === 'kept' ? content.pieces : [];
  const findings = event.findings ?? [];
  const rows = (event.parts ?? []).map((part) => [
    partLine(part, width, paint),
    ...findingLines(
      findings.filter((finding) => finding.part === part.part && (finding.point === undefined || finding.point === part.point)),
      width,
      paint,
    ),
    ...pieces
      .filter((piece) => piece.part === part.part && (piece.point === undefined || piece.point === part.point))
      .flatMap((piece) => pieceLines(piece, width, paint)),
  ]);
  // Findings and text of parts that were left out of a long event.
  const listed = new Set((event.parts ?? []).map((part) => part.part));
  const loose = [
    ...findingLines(
      findings.filter((finding) => !listed.has(finding.part)),
      width,
      paint,
    ),
    ...pieces.filter((piece) => !listed.has(piece.part)).flatMap((piece) => pieceLines(piece, width, paint)),
  ];
  const omitted =
    event.omitted === undefined
      ? []
      : [`  … and ${event.omitted.parts ?? 0} parts and ${event.omitted.findings ?? 0} findings that the event does not list`];
  const lines = [...rows.flat(), ...loose, ...omitted];
  return lines.length === 0 ? [] : ['', ...lines];
}

function partLine(part: EventPart, width: number, paint: Paint): string {
  const what = [part.kind ?? 'text', part.tool, `${part.size} characters`, part.where].filter((word) => word !== undefined).join('  ');
  const unscanned = part.scanned === false ? paint('yellow', '  NOT SCANNED') : '';
  const head = `part ${part.part}  ${pad(part.origin, 9)} ${pad(part.point, 11)} `;
  return `${paint('bold', head)} ${cut(visible(what), Math.max(10, width - displayWidth(head) - (unscanned === '' ? 1 : 14)))}${unscanned}`;
}

function findingLines(findings: readonly EventFinding[], width: number, paint: Paint): string[] {
  const lines = findings.slice(0, MAX_LISTED).map((finding) => {
    const text = `${finding.category} ${finding.type}, ${finding.severity}, ${Math.round(finding.confidence * 100)} % sure, characters ${finding.start} to ${finding.end}, by ${finding.rule}`;
    return `  ${paint('red', '!')} ${cut(visible(text), width - 4)}`;
  });
  return findings.length > MAX_LISTED ? [...lines, `  … and ${findings.length - MAX_LISTED} more findings`] : lines;
}

/** Text behind a bar, findings marked: by inversion, or by brackets where there is no colour. */
function pieceLines(piece: Piece, width: number, paint: Paint): string[] {
  const cells = cellsOf(piece);
  const lines: string[] = [];
  for (const line of breakLines(cells, width - 4)) lines.push(`  ${paint('dim', '│')} ${paintCells(line, paint)}`);
  return [
    ...lines,
    `  ${paint('dim', `└ ${piece.from === 0 && piece.text.length === piece.of ? `${piece.of} characters` : `from character ${piece.from} of ${piece.of}`}`)}`,
  ];
}

type Cell = {
  readonly text: string;
  readonly marked: boolean;
  readonly opens: boolean;
  readonly closes: boolean;
  readonly newline: boolean;
};

/** The text by code point: what each shows as, and whether a finding covers it. */
function cellsOf(piece: Piece): Cell[] {
  const marks = join(piece.marks);
  const cells: Cell[] = [];
  let at = 0;
  for (const character of piece.text) {
    const end = at + character.length;
    const mark = marks.find((one) => one.start < end && one.end > at);
    const newline = character === '\n';
    cells.push({
      text: newline ? '' : visible(character),
      marked: mark !== undefined,
      opens: mark !== undefined && mark.start >= at,
      closes: mark !== undefined && mark.end <= end,
      newline,
    });
    at = end;
  }
  return cells;
}

/** Marks that touch or overlap as one. */
function join(marks: readonly Mark[]): { start: number; end: number }[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of marks.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else if (end > start) joined.push({ start, end });
  }
  return joined;
}

function breakLines(cells: readonly Cell[], width: number): Cell[][] {
  const lines: Cell[][] = [[]];
  let used = 0;
  for (const cell of cells) {
    const columns = displayWidth(cell.text) + (cell.opens ? 1 : 0) + (cell.closes ? 1 : 0);
    if (cell.newline || used + columns > width) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(cell);
    used += columns;
  }
  return lines;
}

function paintCells(cells: readonly Cell[], paint: Paint): string {
  const inverted = paint('mark', '') !== '';
  let out = '';
  let run = '';
  const flush = (): void => {
    if (run !== '') out += paint('mark', run);
    run = '';
  };
  for (const cell of cells) {
    if (!cell.marked) {
      flush();
      out += cell.text;
    } else if (inverted) run += cell.text;
    else out += `${cell.opens ? '»' : ''}${cell.text}${cell.closes ? '«' : ''}`;
  }
  flush();
  return out;
}

function wouldHave(decision: EventDecision | undefined, width: number, paint: Paint): string[] {
  const would = unique(decision?.would ?? []);
  if (would.length === 0) return [];
  return [
    '',
    paint('bold', 'Observed only, not enforced'),
    ...would.flatMap((rule) => indented(`${rule.id}: would ${rule.action}${whereOf(rule)}. ${rule.why ?? ''}`, width)),
  ];
}

function numbers(event: Event, width: number): string[] {
  const list = (values: Readonly<Record<string, number>>, unit: string): string =>
    Object.entries(values)
      .sort(([a], [b]) => Number(a === 'total') - Number(b === 'total'))
      .map(([name, value]) => `${name} ${value}${unit}`)
      .join(', ');
  const row = (name: string, text: string): string[] => (text === '' ? [] : hanging(name.padEnd(9), text, width));
  return [
    ...row('masked', list(event.masked ?? {}, '')),
    ...row('tokens', event.usage === undefined ? '' : `${event.usage.input} in, ${event.usage.output} out`),
    ...row('timings', list(event.timings ?? {}, ' ms')),
    ...row(
      'detail',
      Object.entries(event.detail ?? {})
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', '),
    ),
  ];
}

function textNote(content: Content, width: number): string[] {
  const kept = (mode: string, expires: number): string =>
    `${mode === 'full' ? 'kept in full' : 'masked excerpts'} until ${utc(expires)}; reading it here was recorded`;
  return hanging('text     ', content.state === 'kept' ? kept(content.mode, content.expires) : content.why, width);
}

function proofNote(event: Event, place: EventPlace | undefined, width: number): string[] {
  if (place === undefined) return ['proof    not in a log of this machine'];
  const state =
    place.sealed === undefined ? 'the log is on another machine' : place.sealed ? 'under a signed head' : 'signed within a second';
  return hanging('proof    ', `record ${place.index} of ${place.log}, ${state}: sallyport audit proof ${event.uid}`, width);
}

function indented(text: string, width: number): string[] {
  return text === '' ? [] : hanging('         ', text, width);
}

function hanging(head: string, text: string, width: number): string[] {
  return wrap(visible(text), width - head.length).map((line, at) => `${at === 0 ? head : ' '.repeat(head.length)}${line}`);
}

/** A time to the second, in UTC. */
export function utc(time: number): string {
  return Number.isFinite(time) && Math.abs(time) < 8.64e15
    ? `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`
    : 'at no known time';
}
