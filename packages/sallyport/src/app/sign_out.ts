import { AppError, type TenantId } from '../kernel/index.ts';
import type { People } from '../identity/service.ts';

/** Ends a session at the console for an application; false when it was over already, which is no failure of a sign-out. */
export async function endForApplication(
  people: Pick<People, 'endSession'>,
  tenant: TenantId,
  id: string,
  person: string,
  client: string,
): Promise<boolean> {
  try {
    await people.endSession(tenant, id, person, client);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'SESSION_UNKNOWN') return false;
    throw error;
  }
}
