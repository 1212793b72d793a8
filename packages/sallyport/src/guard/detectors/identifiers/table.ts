import type { Identifier } from './identifier.ts';
import { AMERICAS } from './table_americas.ts';
import { ASIA_PACIFIC_AFRICA } from './table_asia.ts';
import { EUROPE } from './table_europe.ts';
import { GERMANY } from './table_germany.ts';

/** Every identifier, by region. */
export const IDENTIFIERS: readonly Identifier[] = [...AMERICAS, ...EUROPE, ...GERMANY, ...ASIA_PACIFIC_AFRICA];
