/** Names of the pages. */
import { words } from './language.ts'

export const navigationWords = words(
  { scan: '扫码查询', item: '溯源', queue: '待传', logIn: '登录' },
  { scan: 'Scan', item: 'Item', queue: 'To send', logIn: 'Log in' },
)
