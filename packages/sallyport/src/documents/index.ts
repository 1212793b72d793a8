export {
  CONCEALMENTS,
  FORMATS,
  LIMITS,
  placeOf,
  type Concealment,
  type DocumentFormat,
  type DocumentPart,
  type GivenDocument,
  type Limits,
  type Mark,
  type ReadDocument,
  type Refusal,
} from './document.ts';
