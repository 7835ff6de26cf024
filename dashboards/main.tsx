/**
 * The pages begin here. The code of the page that is asked for is loaded before anything is drawn:
 * what the server has written stays in view until there is something better.
 */
import './ui/tokens.css'
import './ui/base.css'
import './ui/parts.css'
import './ui/verdict.css'
import './inspector/inspector.css'
import { createRoot } from 'react-dom/client'
import { App } from './shell/app.tsx'
import { watchSessionEnd } from './shell/end-session.ts'
import { loadPage } from './shell/loaded.ts'
import { pageAt } from './shell/pages.ts'

const page = pageAt(location.pathname)
if (page !== undefined) await loadPage(page).catch(() => undefined)
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)

watchSessionEnd()

if ('serviceWorker' in navigator && import.meta.env.PROD) {
  // After all else: what it keeps is for another day.
  const register = () => navigator.serviceWorker.register('/app/sw.js', { scope: '/' })
  if (document.readyState === 'complete') void register()
  else addEventListener('load', () => void register())
}
