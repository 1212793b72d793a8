import type { Finding } from '../kernel/index.ts';
import { stricterLabel, type Label } from './document.ts';

/** Personal data that identifies or harms by itself, as opposed to a business card's. Presidio's names. */
const SENSITIVE = new Set(
  (
    'CREDIT_CARD IBAN_CODE AU_MEDICARE AU_TFN CA_SIN DE_FUEHRERSCHEIN DE_HEALTH_INSURANCE DE_ID_CARD DE_PASSPORT DE_SOCIAL_SECURITY DE_TAX_ID ES_NIE ES_NIF ES_PASSPORT ' +
    'FI_PERSONAL_IDENTITY_CODE IN_AADHAAR IN_PAN IN_PASSPORT IN_VOTER IT_DRIVER_LICENSE IT_FISCAL_CODE IT_IDENTITY_CARD IT_PASSPORT KR_DRIVER_LICENSE KR_FRN KR_PASSPORT ' +
    'KR_RRN NG_NIN PH_TIN PL_PESEL SE_PERSONNUMMER SG_NRIC_FIN TH_TNIN TR_NATIONAL_ID UK_DRIVING_LICENCE UK_NHS UK_NINO UK_PASSPORT US_BANK_NUMBER US_DRIVER_LICENSE ' +
    'US_ITIN US_MBI US_PASSPORT US_SSN ZA_ID_NUMBER MEDICAL_LICENSE'
  ).split(' '),
);
/** How people are reached. Names alone stand in every article. */
const CONTACT = new Set(['EMAIL_ADDRESS', 'PHONE_NUMBER', 'PH_MOBILE_NUMBER', 'TR_PHONE_NUMBER']);
/** So many different values make a list of people. */
const MANY_VALUES = 25;
/** Findings that are less sure name no one. */
const MIN_CONFIDENCE = 0.6;

/** Markings that documents carry by their owner's will; in a heading, a footer or by themselves on a line, not in a sentence. */
const MARKINGS: readonly (readonly [label: Label, pattern: RegExp])[] = [
  [
    'confidential',
    /^[^\p{L}\n]{0,20}(strictly |company |highly )?(confidential|restricted|secret|top secret|vertraulich|confidentiel|confidencial|riservato)\b[^\n]{0,60}$/imu,
  ],
  ['confidential', /\b(do not distribute|not for distribution|attorney[- ]client privileged?|under nda)\b/iu],
  ['internal', /^[^\p{L}\n]{0,20}(for )?internal( use)?( only)?\b[^\n]{0,40}$/imu],
  ['internal', /\b(internal use only|for internal use|company internal|nur für den internen gebrauch|usage interne)\b/iu],
];
/** A marking of a long document stands on its first or last pages. */
const EDGE = 20_000;

export function labelOfText(text: string): Label {
  const edges = text.length <= 2 * EDGE ? text : `${text.slice(0, EDGE)}\n${text.slice(-EDGE)}`;
  return MARKINGS.filter(([, pattern]) => pattern.test(edges)).reduce<Label>((label, [marked]) => stricterLabel(label, marked), 'public');
}

/** What the findings of all parts say: credentials, numbers that identify and lists of people are confidential, addresses of people are internal. */
export class LabelCount {
  readonly #values = new Set<string>();
  #label: Label = 'public';

  add({ category, type, confidence }: Finding, value: () => string): void {
    if (category === 'secret' && confidence >= MIN_CONFIDENCE) this.#raise('confidential');
    if (category !== 'personal_data' || confidence < MIN_CONFIDENCE) return;
    if (SENSITIVE.has(type)) this.#raise('confidential');
    if (!CONTACT.has(type)) return;
    this.#raise('internal');
    if (this.#values.size < MANY_VALUES) this.#values.add(value());
    if (this.#values.size >= MANY_VALUES) this.#raise('confidential');
  }

  get label(): Label {
    return this.#label;
  }

  #raise(label: Label): void {
    this.#label = stricterLabel(this.#label, label);
  }
}
