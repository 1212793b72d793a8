import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { accountQuery, signOut, type Account } from '../api/account.ts';
import { ApiError } from '../api/client.ts';
import { bearerToken, onBearer } from '../api/session.ts';
import { Problem } from '../ui/parts.tsx';
import { SignIn } from '../pages/sign_in.tsx';
import { AskForPassword } from './ask.tsx';
import { PAGES } from './pages.tsx';
import { ThemeChoice } from './theme.tsx';

/** Every page but the ones for people who are not signed in: the frame around it, and who may see what. */
export function Shell(): ReactNode {
  const bearer = useSyncExternalStore(onBearer, bearerToken);
  const account = useQuery({ ...accountQuery, enabled: bearer !== null });
  if (bearer === null) return <SignIn />;
  if (account.error instanceof ApiError && account.error.status === 401 && account.data === undefined) return <SignIn />;
  if (account.data === undefined)
    return (
      <main className="narrow" aria-busy={account.isPending}>
        <Problem error={account.error} />
      </main>
    );
  return (
    <>
      <Frame account={account.data} />
      <AskForPassword />
    </>
  );
}

function Frame({ account }: { readonly account: Account }): ReactNode {
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  const page = PAGES.find(({ path }) => path === pathname) ?? PAGES.find(({ path }) => path !== '/' && pathname.startsWith(`${path}/`));
  const title = page?.title;
  useEffect(() => {
    document.title = title === undefined ? 'Sallyport' : `${title} · Sallyport`;
    setOpen(false);
  }, [title, pathname]);
  return (
    <div className="frame">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <div className="side" data-open={open}>
        <div className="top">
          <div className="brand">
            <img src="/icon.svg" alt="" width="26" height="26" />
            Sallyport
          </div>
          <button type="button" className="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
            Menu
          </button>
        </div>
        <nav aria-label="Pages">
          {PAGES.filter(({ permission }) => account.permissions.includes(permission)).map(({ path, title }) => (
            <Link key={path} to={path} activeOptions={{ exact: path === '/' }}>
              {title}
            </Link>
          ))}
        </nav>
        <Who account={account} />
      </div>
      <main id="main" tabIndex={-1}>
        {page === undefined || account.permissions.includes(page.permission) ? (
          <Outlet />
        ) : (
          <NotAllowed role={account.session?.role ?? 'your key'} />
        )}
      </main>
    </div>
  );
}

function NotAllowed({ role }: { readonly role: string }): ReactNode {
  return (
    <div className="notice warn">
      <p>
        <strong>The role {role} does not include this page.</strong>
      </p>
      <p className="soft">An administrator gives roles under Settings, Team.</p>
    </div>
  );
}

function Who({ account }: { readonly account: Account }): ReactNode {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = (): void => {
    void signOut().then(async () => {
      queries.clear();
      await navigate({ to: '/' });
    });
  };
  return (
    <div className="who stack tight small">
      <div>
        <strong>
          <bdi>{account.session?.name ?? account.principal}</bdi>
        </strong>
        <div className="soft">{account.session?.role}</div>
      </div>
      <ThemeChoice />
      <button type="button" onClick={leave}>
        Sign out
      </button>
    </div>
  );
}
