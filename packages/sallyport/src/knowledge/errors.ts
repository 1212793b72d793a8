import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  KNOWLEDGE_UNKNOWN: { status: 404, message: 'There is no such document.', fix: 'See `sallyport knowledge list`.' },
  KNOWLEDGE_DATASET: {
    status: 403,
    message: 'Your role holds you to some datasets, and this source is none of them.',
    fix: 'Give a source that your role names; `GET /api/session` shows them.',
  },
  KNOWLEDGE_STATE: {
    status: 409,
    message: 'The document is not in a state in which this can be done.',
    fix: 'See `sallyport knowledge show ID`.',
  },
  KNOWLEDGE_INVALID: {
    status: 400,
    message: 'The document is not described as needed.',
    fix: 'Give a name and either text or base64 bytes; see docs.',
  },
  KNOWLEDGE_BUSY: { status: 503, message: 'Too many documents are being read.', fix: 'Try again in some seconds.' },
  KNOWLEDGE_NOT_KEPT: { status: 404, message: 'Nothing of its text is kept.', fix: 'Set `knowledge.keep` to keep documents from now on.' },
  KNOWLEDGE_GUARDS_OFF: { status: 409, message: 'The guards are switched off.', fix: 'Set `gateway.guards: true`.' },
} as const satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
