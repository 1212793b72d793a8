import { Type } from '../kernel/index.ts';

/** The part `documents:` of sallyport.yaml. */
export const CONFIG = Type.Object(
  {
    processes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 32,
        default: 2,
        description: 'Documents that are read at once, each in a process of up to 640 MB.',
      }),
    ),
    ocr: Type.Optional(
      Type.String({
        pattern: '^https?://',
        description:
          'Address that reads the text in pictures: it gets the image by POST and answers plain text. Without one, pictures count as unscanned.',
      }),
    ),
  },
  { additionalProperties: false, description: 'Reading of documents: attachments of requests, and what goes into knowledge bases.' },
);
