import type { JsonObject } from '../../kernel/index.ts';
import { UNTRUSTED, type Message } from './message.ts';

/**
 * An Adaptive Card for a Teams workflow webhook. Foreign text stands in TextRuns of a RichTextBlock, which, unlike TextBlock and FactSet, take
 * no Markdown (https://adaptivecards.io/explorer/TextRun.html); `inert` has broken `{{DATE()}}` and `${template}` before.
 */
export function teamsMessage({ title, facts, reasons, arguments: args, said, url }: Message): JsonObject {
  const lines = [...facts, ...reasons.map((value) => ({ name: 'Why', value }))];
  const body: JsonObject[] = [
    { type: 'TextBlock', text: title, weight: 'Bolder', size: 'Medium', wrap: true },
    ...lines.map(({ name, value }) => rich(run(`${name}: `, { weight: 'Bolder' }), run(value))),
  ];
  if (args !== undefined)
    body.push(rich(run('Arguments, exactly as they will run', { weight: 'Bolder' })), ...lined(args, { fontType: 'Monospace' }));
  if (said !== undefined) body.push(rich(run(UNTRUSTED, { weight: 'Bolder', color: 'Warning' })), ...lined(said));
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body,
          actions: [{ type: 'Action.OpenUrl', title: 'Look at it', url }],
        },
      },
    ],
  };
}

function rich(...inlines: JsonObject[]): JsonObject {
  return { type: 'RichTextBlock', inlines };
}

function run(text: string, style: JsonObject = {}): JsonObject {
  return { type: 'TextRun', text, ...style };
}

/** A block a line: cards draw line feeds inside a run as spaces. */
function lined(text: string, style: JsonObject = {}): JsonObject[] {
  return text.split('\n').map((line) => rich(run(line, style)));
}
