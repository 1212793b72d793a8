/** What the detector names. Presidio's names where it has one. */
export type EntityType =
  | 'PERSON'
  | 'LOCATION'
  | 'ORGANIZATION'
  | 'NRP'
  | 'TITLE'
  | 'STREET_ADDRESS'
  | 'ZIP_CODE'
  | 'AGE'
  | 'DATE_TIME'
  | 'URL';

/** One of them in a text. `why` is the evidence in plain words. */
export type Entity = {
  readonly type: EntityType;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  readonly why: string;
};
