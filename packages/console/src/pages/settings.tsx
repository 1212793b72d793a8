import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { Badge, Coded, Foreign, PageHead, Problem, SameByApi, When, Fact } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';
import { plural } from '../ui/text.ts';

type Check = { readonly name: string; readonly state: 'ok' | 'warn' | 'fail'; readonly say: string; readonly fix?: string };
type Settings = {
  readonly health: readonly Check[];
  readonly storage: { readonly kind: 'embedded' | 'postgresql'; readonly folder: string; readonly keys: string };
  readonly content: 'none' | 'findings' | 'full';
  readonly witness: string | null;
  readonly tls: { readonly subject: string; readonly issuer: string; readonly until: number | null } | null;
  readonly publicUrl: string | null;
  readonly telemetry: { readonly traces: boolean; readonly metrics: boolean };
};
type About = {
  readonly version: string;
  readonly license: string;
  readonly node: string;
  readonly components: readonly { readonly name: string; readonly version: string; readonly license: string }[];
};

const TONE = { ok: 'fine', warn: 'warn', fail: 'deny' } as const;
const KEPT = {
  none: 'No text is kept, only events.',
  findings: 'Masked excerpts of 200 characters around findings, for 30 days.',
  full: 'Every text, for 7 days. Each reading of it is an event.',
} as const;

/** How this installation is set up, how it is, and what it is made of. */
export function Settings(): ReactNode {
  const settings = useQuery({ queryKey: ['settings'], queryFn: () => call<Settings>('GET', '/api/settings') });
  const about = useQuery({ queryKey: ['about'], queryFn: () => call<About>('GET', '/api/about'), staleTime: Number.POSITIVE_INFINITY });
  return (
    <div className="stack">
      <PageHead title="Settings">
        They are made in sallyport.yaml, so that they can be reviewed and restored; here is what is in force.
      </PageHead>
      <Problem error={settings.error ?? about.error} />
      {settings.data === undefined ? null : <Setup settings={settings.data} />}
      {about.data === undefined ? null : <AboutCard about={about.data} />}
      <SameByApi
        commands={[
          'sallyport doctor',
          'sallyport store backup before-upgrade',
          'sallyport audit verify',
          'GET /api/settings',
          'GET /api/about/sbom',
          '# sallyport.yaml',
          'content: findings',
          'audit: { witness: { kind: webhook, url: https://... } }',
          'tls: { cert: cert.pem, key: key.pem }',
          'store: { url: "${env:DATABASE_URL}" }',
        ]}
      />
    </div>
  );
}

function Setup({ settings }: { readonly settings: Settings }): ReactNode {
  const { health, storage, content, witness, tls, publicUrl, telemetry } = settings;
  const wrong = health.filter(({ state }) => state !== 'ok');
  return (
    <>
      <section className="card stack tight" aria-label="Health">
        <h2>Health</h2>
        <p>{wrong.length === 0 ? 'Everything is as it should be.' : `${plural(wrong.length, 'check')} to look at.`}</p>
        <ul className="plain checks">
          {[...wrong, ...health.filter(({ state }) => state === 'ok')].map((check) => (
            <li key={check.name}>
              <Badge tone={TONE[check.state]}>{check.state}</Badge>
              <strong>{check.name}</strong>
              <span>
                <Foreign text={check.say} />
                {check.fix === undefined ? null : (
                  <>
                    {' '}
                    <span className="soft">
                      <Coded text={check.fix} />
                    </span>
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <section className="card stack tight" aria-label="Set-up">
        <h2>Set-up</h2>
        <dl className="facts">
          <Fact name="Storage">
            {storage.kind === 'embedded' ? 'Embedded PostgreSQL' : 'PostgreSQL'}; events in <code>{storage.folder}</code>, keys apart in{' '}
            <code>{storage.keys}</code>
          </Fact>
          <Fact name="What is kept of texts">
            <Badge tone={content === 'full' ? 'warn' : 'none'}>{content}</Badge> {KEPT[content]} Playground: 24 hours.
          </Fact>
          <Fact name="Witness of the event log">
            {witness === null ? 'None: who owns this machine could replace the whole log unseen.' : witness}
          </Fact>
          <Fact name="TLS">
            {tls === null ? (
              'Not here; both ports answer on this machine only, unless something in front of them has it.'
            ) : (
              <>
                <Foreign text={tls.subject} />, issued by <Foreign text={tls.issuer} />
                {tls.until === null ? null : (
                  <>
                    , until <When at={tls.until} />
                  </>
                )}
              </>
            )}
          </Fact>
          <Fact name="Public address">{publicUrl === null ? 'None' : <Foreign text={publicUrl} />}</Fact>
          <Fact name="Telemetry">
            {telemetry.traces || telemetry.metrics
              ? [telemetry.traces ? 'traces' : '', telemetry.metrics ? 'metrics' : ''].filter((one) => one !== '').join(' and ')
              : 'Off. Nothing leaves this machine.'}
          </Fact>
        </dl>
      </section>
    </>
  );
}

function AboutCard({ about }: { readonly about: About }): ReactNode {
  const [url, name] = ['/api/about/sbom', 'sallyport.cdx.json'];
  const save = async (): Promise<void> => {
    const bill = await call('GET', url);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([JSON.stringify(bill, null, 2)], { type: 'application/json' }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <section className="card stack tight" aria-label="About">
      <h2>About</h2>
      <p>
        Sallyport {about.version}, {about.license}; Node {about.node}; {plural(about.components.length, 'package')}.
      </p>
      <div className="row">
        <button type="button" onClick={() => void save()}>
          Save the bill of materials (CycloneDX)
        </button>
      </div>
      <details>
        <summary>Packages and their licences</summary>
        <Table
          label="Packages"
          rows={about.components}
          id={(one) => `${one.name} ${one.version}`}
          columns={[
            { title: 'Package', style: 'mono', cell: (one) => one.name },
            { title: 'Version', cell: (one) => one.version },
            { title: 'Licence', cell: (one) => one.license },
          ]}
        />
      </details>
    </section>
  );
}
