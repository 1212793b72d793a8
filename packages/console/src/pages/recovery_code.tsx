import type { ReactNode } from 'react';
import { Copy } from '../ui/parts.tsx';

/** Shown once. Going on says that it was kept. */
export function RecoveryCode({ code, onKept }: { readonly code: string; readonly onKept: () => void }): ReactNode {
  return (
    <div className="stack">
      <h1>Keep your recovery code</h1>
      <p>It lets you in if you lose the password. It is shown now and never again; keep it away from this machine.</p>
      <pre tabIndex={0} aria-label="Recovery code">
        {code}
      </pre>
      <div className="row">
        <button type="button" className="primary" onClick={onKept}>
          I have kept it
        </button>
        <Copy text={code} />
      </div>
    </div>
  );
}
