import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  KEYRING_OPEN_FAILED: {
    status: 500,
    message: 'A sealed value cannot be opened: it was changed, or belongs to something else.',
    fix: 'Restore the value from a backup; `sallyport doctor` checks the keys.',
  },
  KEYRING_KEK_MISSING: {
    status: 500,
    message: 'The key-encryption key of this installation is missing.',
    fix: 'Put the key folder back from its own backup (it is beside the data folder, not in it). A new key could open nothing that is stored.',
  },
  KEYRING_KEK_WRONG: {
    status: 500,
    message: 'The key-encryption key is not the one that the stored keys were wrapped with.',
    fix: 'Give the key that this data was made with, or the right key folder.',
  },
  KEYRING_KEK_INVALID: { status: 500, message: 'The key-encryption key cannot be read.', fix: 'It must be 32 bytes, as base64.' },
  KEYRING_FOLDER_OPEN: {
    status: 500,
    message: 'Other users of this machine can read the key folder.',
    fix: 'Run chmod 700 on the key folder and chmod 600 on its files.',
  },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
