/** The top of every page: where one is and can go, who one is, and whether there is a network. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useQueue } from '../offline/queue.ts'
import { useSending } from '../offline/use-sending.ts'
import { api, told } from '../server/api.ts'
import { commonWords } from '../words/common.ts'
import { setLanguage, useLanguage, useWords } from '../words/language.ts'
import { tellSessionEnded } from './end-session.ts'
import { LiveMark } from './live-mark.tsx'
import { Navigation } from './navigation.tsx'
import { useIsOnline } from './online.ts'
import { offeredTo, type Page } from './pages.ts'
import { type Session, useSession } from './session.ts'
import { useTheme } from './theme.ts'

export function Header({ page }: { page: Page | undefined }) {
  const t = useWords(commonWords)
  const session = useSession()
  const language = useLanguage()
  const isOnline = useIsOnline()
  const queue = useQueue()
  const all = offeredTo(session?.role ?? 'public')
  // One page alone is where the name leads.
  const offered = all.length > 1 ? all : []
  useSending()
  const [theme, toggleTheme] = useTheme()
  return (
    <header className="top">
      <Link href="/app/" className="brand">
        <img src="/app/icon.svg" alt="" width="28" height="28" />
        <span>{t.name}</span>
      </Link>
      <Navigation offered={offered} page={page} />
      <div className="top-actions">
        {isOnline ? (
          hearsAlerts(session) && <LiveMark />
        ) : (
          <span className="tag warn">● {t.offline}</span>
        )}
        {queue.length > 0 && (
          <Link href="/app/queue" className="tag warn">
            {t.waiting(queue.length)}
          </Link>
        )}
        <button
          type="button"
          className="small"
          aria-label={theme === 'dark' ? t.lighter : t.darker}
          onClick={toggleTheme}
        >
          <span aria-hidden="true">◐</span>
        </button>
        <button
          type="button"
          className="small"
          lang={language === 'zh' ? 'en' : 'zh-CN'}
          onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
        >
          {t.otherLanguage}
        </button>
        {session !== undefined && <Account isPublic={session.role === 'public'} />}
      </div>
    </header>
  )
}

function hearsAlerts(session: Session | undefined): boolean {
  return session !== undefined && session.role !== 'public'
}

function Account({ isPublic }: { isPublic: boolean }) {
  const t = useWords(commonWords)
  const queries = useQueryClient()
  const logOut = useMutation({
    mutationFn: () => told(api.v1.session.$delete()),
    onSuccess: async () => {
      queries.clear()
      await tellSessionEnded()
      location.assign('/app/')
    },
  })
  if (isPublic) {
    return (
      <Link href="/app/login" className="button small">
        {t.logIn}
      </Link>
    )
  }
  return (
    <button
      type="button"
      className="small"
      disabled={logOut.isPending}
      onClick={() => logOut.mutate()}
    >
      {t.logOut}
    </button>
  )
}
