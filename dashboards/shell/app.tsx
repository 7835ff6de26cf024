/** Every page: what is around it, what it shares, and which one it is. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ComponentType, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { Refused } from '../server/api.ts'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { commonWords } from '../words/common.ts'
import { useWords } from '../words/language.ts'
import { navigationWords } from '../words/navigation.ts'
import { CrashBoundary } from './crash-boundary.tsx'
import { Header } from './header.tsx'
import { loadedPage, loadPage } from './loaded.ts'
import { LoginPage } from './login-page.tsx'
import { mayOpen, type Page, pageAt } from './pages.ts'
import { useSession } from './session.ts'

const MOST_TRIES = 2

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays one; what did not arrive may the next time.
      retry: (tries, error) =>
        tries < MOST_TRIES && !(error instanceof Refused && error.status > 0 && error.status < 500),
      // Without a network a request fails at once, and the page says so.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Framed />
    </QueryClientProvider>
  )
}

function Framed() {
  const t = useWords(commonWords)
  const [pathname] = useLocation()
  const page = pageAt(pathname)
  const pageWords = useWords(navigationWords)
  useEffect(() => {
    document.title = page === undefined ? t.name : `${pageWords[page.word]} · ${t.name}`
  }, [page, pageWords, t])
  return (
    <>
      <a className="skip" href="#content">
        {t.skip}
      </a>
      <Header page={page} />
      <main id="content" tabIndex={-1} className={page?.isWide ? 'wide' : undefined}>
        <h1 className="unseen">{page === undefined ? t.nothingHere : pageWords[page.word]}</h1>
        <CrashBoundary key={pathname}>
          {page === undefined ? <Missing /> : <Guarded page={page} />}
        </CrashBoundary>
      </main>
    </>
  )
}

function Missing() {
  const t = useWords(commonWords)
  return <Empty title={t.nothingHere} action={<a href="/app/">{t.toStart}</a>} />
}

function Guarded({ page }: { page: Page }) {
  const session = useSession()
  const t = useWords(commonWords)
  // What is for everybody does not wait for who it is.
  if (page.roles === undefined) return <Loaded page={page} />
  if (session === undefined) return <Loading />
  if (mayOpen(page, session.role)) return <Loaded page={page} />
  return session.role === 'public' ? <LoginPage /> : <Empty title={t.mayNot} />
}

function Loaded({ page }: { page: Page }) {
  const [Component, setComponent] = useState<ComponentType | undefined>(() => loadedPage(page))
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    const known = loadedPage(page)
    setComponent(() => known)
    if (known === undefined) loadPage(page).then((made) => setComponent(() => made), setError)
  }, [page])
  if (error !== undefined) return <Failure error={error} onAgain={() => location.reload()} />
  return Component === undefined ? <Loading /> : <Component />
}
