import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** Runs one act at a time, reads the lists again after it, and keeps what went wrong. */
export function useAct(): { readonly running: boolean; readonly error: unknown; readonly run: (act: () => Promise<unknown>) => void } {
  const queries = useQueryClient();
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  return {
    running,
    error,
    run(act) {
      setRunning(true);
      setError(null);
      act()
        .catch(setError)
        .finally(() => {
          setRunning(false);
          void queries.invalidateQueries();
        });
    },
  };
}
