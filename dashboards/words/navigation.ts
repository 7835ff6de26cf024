/** Names of the pages. */
import { words } from './language.ts'

export const navigationWords = words(
  { scan: '扫码查询', item: '溯源', logIn: '登录', chain: '链路', alerts: '告警', rules: '规则', parties: '企业风险', enterprise: '产线' },
  { scan: 'Scan', item: 'Item', logIn: 'Log in', chain: 'Chain', alerts: 'Alerts', rules: 'Rules', parties: 'Parties', enterprise: 'Lines' },
)
