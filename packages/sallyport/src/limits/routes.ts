import type { Route } from '../kernel/index.ts';
import { shippedPrices } from './price.ts';
import { PRICE_LIST } from './prices.generated.ts';
import type { Spending } from './service.ts';

const MICROS = 1_000_000;

/** What has been spent, and at what prices. `tenant` answers the organisation's own budget in millionths of a USD. */
export function limitsRoutes(
  spending: Spending,
  tenant: () => { readonly microsPerDay: number | null; readonly microsPerMonth: number | null },
): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/spending',
      summary: 'What each key with a budget, and the organisation (`tenant`), has spent today and this month, in USD.',
      authority: { permission: 'keys:read' },
      async handler({ caller }) {
        const spent = await spending.spent(caller.tenant);
        const { microsPerDay, microsPerMonth } = tenant();
        return {
          json: {
            usdPerDay: microsPerDay === null ? null : microsPerDay / MICROS,
            usdPerMonth: microsPerMonth === null ? null : microsPerMonth / MICROS,
            spent: [...spent].map(([scope, { day, month }]) => ({ scope, day: day / MICROS, month: month / MICROS })),
          },
        };
      },
    },
    {
      method: 'GET',
      path: '/api/prices',
      summary: 'The price list that ships: USD for a million tokens, its date and its source.',
      authority: { permission: 'keys:read' },
      async handler() {
        const models = [...shippedPrices()].map(([model, { input, output, context, maxOutput }]) => ({
          model,
          input,
          output,
          context,
          maxOutput,
        }));
        return { json: { date: PRICE_LIST.date, source: PRICE_LIST.source, models } };
      },
    },
  ];
}
