import type { ReactNode } from 'react';
import type { EventValue } from '../api/events.ts';
import { Badge, Foreign, type Tone } from './parts.tsx';

/** What a code of the information flow means, as one sentence. */
const REASONS: Readonly<Record<string, string>> = {
  malformed_arguments: 'The arguments are no JSON object, name a key twice, or are too many.',
  unknown_tool: 'The request did not offer this tool.',
  action_not_requested: 'Nothing that the user said asks for this action.',
  receiver_from_content: 'The receiver stands only in text that somebody else wrote.',
  receiver_unknown: 'The receiver stands nowhere in the conversation.',
  receiver_not_bound: 'The receiver is a field of a record that the request is not about.',
  target_from_content: 'What is acted on is named only in text that somebody else wrote.',
  target_unknown: 'What is acted on is named nowhere in the conversation.',
  link_from_content: 'The link stands in content, and the request does not lead there.',
  link_carries_data: 'The link carries data that nobody gave.',
  address_in_text: 'The text passes on an address that content dictated.',
  title_from_content: 'The title is copied from content.',
  text_not_as_given: 'The text is not the one that the user gave.',
  read_was_steered: 'The field comes from a read whose arguments content dictated.',
  secret_to_outside: 'A secret would leave.',
  secret_and_untrusted: 'Secret data and untrusted content are both in the conversation, and the tool reaches outside.',
  not_proposed: 'No reply of a model that passed this gate proposed the call.',
};

export function reasonWords(code: string): string {
  return REASONS[code] ?? code.replaceAll('_', ' ');
}

/** Where a value comes from: the words of it, and how far that is believed. */
const ORIGINS: Readonly<Record<EventValue['origin'], { readonly said: string; readonly tone: Tone }>> = {
  user: { said: 'the user', tone: 'fine' },
  system: { said: 'the operator', tone: 'fine' },
  trusted: { said: 'a trusted tool', tone: 'fine' },
  self: { said: 'the caller itself', tone: 'fine' },
  field: { said: 'a field of a result', tone: 'mask' },
  made: { said: 'an earlier action', tone: 'mask' },
  prose: { said: 'text of content', tone: 'deny' },
  assistant: { said: 'the model', tone: 'warn' },
  unseen: { said: 'nowhere', tone: 'warn' },
};

/** The order in which the legend tells them. */
export const ORIGIN_NAMES = Object.keys(ORIGINS) as readonly EventValue['origin'][];

export function Origin({ origin }: { readonly origin: EventValue['origin'] }): ReactNode {
  const { said, tone } = ORIGINS[origin] ?? { said: origin, tone: 'none' };
  return <Badge tone={tone}>{said}</Badge>;
}

/** Where a value comes from: by whom, in which message, of which tool's result. */
export function From({ value }: { readonly value: EventValue }): ReactNode {
  return (
    <>
      <Origin origin={value.origin} />
      {value.message < 0 ? null : (
        <div className="small soft">
          message {value.message}
          {value.tool === undefined ? null : (
            <>
              , result of{' '}
              <span className="mono">
                <Foreign text={value.tool} most={80} />
              </span>
            </>
          )}
        </div>
      )}
    </>
  );
}

const EFFECTS: Readonly<Record<string, { readonly said: string; readonly tone: Tone }>> = {
  read: { said: 'reads', tone: 'fine' },
  write: { said: 'writes', tone: 'mask' },
  egress: { said: 'sends out', tone: 'warn' },
  destructive: { said: 'destroys', tone: 'deny' },
  unknown: { said: 'unknown, so writes', tone: 'warn' },
};

/** What a tool does to the world. */
export function Effect({ effect }: { readonly effect: string }): ReactNode {
  const { said, tone } = EFFECTS[effect] ?? { said: effect, tone: 'none' };
  return <Badge tone={tone}>{said}</Badge>;
}
