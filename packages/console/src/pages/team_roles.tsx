import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Foreign, Form, Problem, SameByApi, textOf } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';

type Role = {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly models: readonly string[];
  readonly tools: readonly string[];
  readonly apps: readonly string[];
  readonly datasets: readonly string[];
  readonly own: boolean;
  readonly people: number;
};

/** What each role may do; `own`: what the person who looks may, for nobody gives more. */
export function Roles({ may, own }: { readonly may: boolean; readonly own: readonly string[] }): ReactNode {
  const list = useQuery({ queryKey: ['roles'], queryFn: () => call<{ roles: readonly Role[] }>('GET', '/api/roles') });
  const [editing, setEditing] = useState<Role>();
  const act = useAct();
  return (
    <section className="stack tight" aria-labelledby="roles">
      <div className="row spread">
        <h2 id="roles">Roles</h2>
        {may ? (
          <button type="button" onClick={() => setEditing(NEW)}>
            New role
          </button>
        ) : null}
      </div>
      <Problem error={list.error ?? act.error} />
      <Table
        label="Roles"
        rows={list.data?.roles ?? []}
        id={(role) => role.name}
        columns={[
          { title: 'Role', cell: (role) => <Foreign text={role.name} /> },
          {
            title: 'May',
            cell: (role) => (
              <span className="small">
                {role.permissions.length > 8 ? `${role.permissions.length} permissions` : role.permissions.join(' ')}
              </span>
            ),
          },
          { title: 'With', cell: (role) => <Limits role={role} /> },
          { title: 'People', cell: (role) => role.people },
          {
            title: 'Actions',
            quiet: true,
            cell: (role) =>
              may && role.own ? (
                <div className="row">
                  <button type="button" aria-label={`Change ${role.name}`} onClick={() => setEditing(role)}>
                    Change
                  </button>
                  {role.people > 0 ? null : (
                    <button
                      type="button"
                      className="danger"
                      aria-label={`Remove ${role.name}`}
                      disabled={act.running}
                      onClick={() => act.run(() => call('DELETE', `/api/roles/${encodeURIComponent(role.name)}`))}
                    >
                      Remove
                    </button>
                  )}
                </div>
              ) : null,
          },
        ]}
      />
      {editing === undefined ? null : <Edit role={editing} own={own} onClose={() => setEditing(undefined)} />}
      <SameByApi
        commands={[
          'GET /api/roles',
          'PUT /api/roles/NAME {"permissions": ["knowledge:read"], "models": ["gpt-*"], "datasets": ["wiki/*"]}',
          'DELETE /api/roles/NAME',
        ]}
      />
    </section>
  );
}

const NEW: Role = { name: '', permissions: ['events:read'], models: [], tools: [], apps: [], datasets: [], own: true, people: 0 };

function Limits({ role }: { readonly role: Role }): ReactNode {
  const kinds = [
    ['models', role.models],
    ['tools', role.tools],
    ['applications', role.apps],
    ['datasets', role.datasets],
  ] as const;
  const limited = kinds.filter(([, patterns]) => patterns.length > 0);
  if (limited.length === 0) return <span className="soft small">all models, tools, applications and datasets</span>;
  return limited.map(([kind, patterns]) => (
    <div key={kind} className="small">
      {kind}: <Foreign text={patterns.join(' ')} />
    </div>
  ));
}

function Edit({ role, own, onClose }: { readonly role: Role; readonly own: readonly string[]; readonly onClose: () => void }): ReactNode {
  const act = useAct();
  const send = async (data: FormData): Promise<void> => {
    const words = (name: string): string[] =>
      textOf(data, name)
        .split(/\s+/)
        .filter((word) => word !== '');
    const name = role.name === '' ? textOf(data, 'name').trim() : role.name;
    const permissions = data.getAll('permission').filter((one) => typeof one === 'string');
    await call('PUT', `/api/roles/${encodeURIComponent(name)}`, {
      permissions,
      models: words('models'),
      tools: words('tools'),
      apps: words('apps'),
      datasets: words('datasets'),
    });
    act.run(() => Promise.resolve());
    onClose();
  };
  return (
    <Dialog title={role.name === '' ? 'New role' : `Role ${role.name}`} onClose={onClose}>
      <Form onSend={send} send="Save">
        {role.name === '' ? <Field label="Name" name="name" required maxLength={60} autoComplete="off" /> : null}
        <fieldset className="stack tight">
          <legend>May, of what you may yourself</legend>
          <div className="permissions">
            {own.map((permission) => (
              <label key={permission} className="row small">
                <input type="checkbox" name="permission" value={permission} defaultChecked={role.permissions.includes(permission)} />{' '}
                {permission}
              </label>
            ))}
          </div>
        </fieldset>
        <Field
          label="Models"
          name="models"
          defaultValue={role.models.join(' ')}
          hint="Patterns such as gpt-*, for tokens of these people; all when empty."
        />
        <Field label="Tools" name="tools" defaultValue={role.tools.join(' ')} hint="Patterns such as mail_*; all when empty." />
        <Field
          label="Applications"
          name="apps"
          defaultValue={role.apps.join(' ')}
          hint="Names or ids that these people may allow; all when empty."
        />
        <Field
          label="Datasets"
          name="datasets"
          defaultValue={role.datasets.join(' ')}
          hint="Sources of documents such as wiki/*: what these people find by search and see under Knowledge; all when empty."
        />
      </Form>
    </Dialog>
  );
}
