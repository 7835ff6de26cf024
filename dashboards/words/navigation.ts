/** Names of the pages. */
import { words } from './language.ts'

export const navigationWords = words(
  { scan: '扫码查询', item: '溯源', logIn: '登录' },
  { scan: 'Scan', item: 'Item', logIn: 'Log in' },
)
