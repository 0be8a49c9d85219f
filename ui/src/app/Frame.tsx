import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { isSetupDemanded } from '../api/client';
import { useModel, useModelQuery } from '../api/model';
import { useSessionQuery } from '../api/session';
import { useStream } from '../api/stream';
import { Icon } from '../parts/Icon';
import { Empty, Failure } from '../parts/states';
import { usePhone } from '../parts/useNarrow';
import { useTitle } from '../parts/useTitle';
import { ConnectionNotice } from './ConnectionNotice';
import { hasChosenLanguage, type Language, setLanguage, useTranslation } from './i18n';
import { useMenu } from './menu';
import { Rail } from './Rail';
import { Tabs } from './Tabs';
import { UserMenu } from './UserMenu';
import { Where } from './Where';

const Palette = lazy(() => import('../search/Palette'));
const SetupFactor = lazy(() => import('../pages/SetupFactor'));

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Everything behind the log-in: who is it, what may they see, and the frame around each page. */
export function Frame() {
  const session = useSessionQuery();
  const location = useLocation();
  if (session.isPending) return <Blank />;
  if (session.isLoadingError)
    return <Failure error={session.error} retry={() => void session.refetch()} />;
  if (!session.data) {
    const to = location.pathname + location.search;
    return <Navigate to={to === '/' ? '/login' : `/login?to=${encodeURIComponent(to)}`} replace />;
  }
  const { user, second_factor } = session.data;
  const demanded = second_factor.required && !second_factor.enabled;
  return (
    <SpokenLanguage language={user.language}>
      {demanded ? <FactorGate /> : <ModelGate />}
    </SpokenLanguage>
  );
}

function FactorGate() {
  return (
    <Suspense fallback={<Blank />}>
      <SetupFactor />
    </Suspense>
  );
}

/** The user's own language, unless another was chosen in this browser. */
function SpokenLanguage({ language, children }: { language: string | null; children: ReactNode }) {
  useEffect(() => {
    if (language && !hasChosenLanguage()) void setLanguage(language as Language);
  }, [language]);
  return children;
}

function ModelGate() {
  const model = useModelQuery();
  useStream(model.data);
  if (model.isPending) return <Blank />;
  if (isSetupDemanded(model.error)) return <FactorGate />;
  if (model.isLoadingError) return <Failure error={model.error} retry={() => void model.refetch()} />;
  return <Shell />;
}

function Blank() {
  return <div className="blank" aria-busy="true" />;
}

function Shell() {
  const { t } = useTranslation();
  const menu = useMenu();
  const phone = usePhone();
  const [searching, setSearching] = useState(false);

  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === 'k') {
        e.preventDefault();
        setSearching(true);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      {!phone && <Rail menu={menu} />}
      <div className="shell-body">
        <header className="top">
          <Where menu={menu} />
          <button
            type="button"
            className="top-search"
            aria-label={t('search.open')}
            onClick={() => setSearching(true)}
          >
            <Icon name="search" size={16} />
            <span>{t('search.open')}</span>
            <kbd>{mac ? '⌘K' : 'Ctrl K'}</kbd>
          </button>
          <UserMenu />
        </header>
        <ConnectionNotice />
        <main id="main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      {phone && <Tabs menu={menu} />}
      {searching && (
        <Suspense>
          <Palette menu={menu} onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** The first thing in the menu, until there is a Today; who may read nothing of it is told why. */
export function StartPage() {
  const menu = useMenu();
  const model = useModel();
  const isEmpty = !model.objects.some((o) => o.menu);
  return isEmpty ? <NoRole /> : <Navigate to={menu[0]?.links[0]?.to ?? '/settings/profile'} replace />;
}

function NoRole() {
  const { t } = useTranslation();
  useTitle(t('norole.title'));
  return <Empty heading icon="lock" title={t('norole.title')} hint={t('norole.hint')} />;
}
