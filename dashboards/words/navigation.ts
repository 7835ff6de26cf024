/** Names of the pages. */
import { words } from './language.ts'

export const navigationWords = words(
  {
    scan: '扫码查询',
    item: '溯源',
    queue: '待传',
    logIn: '登录',
    chain: '链路',
    alerts: '告警',
    recalls: '召回',
    rules: '规则',
    parties: '企业风险',
    enterprise: '产线',
    webhooks: '推送',
  },
  {
    scan: 'Scan',
    item: 'Item',
    queue: 'To send',
    logIn: 'Log in',
    chain: 'Chain',
    alerts: 'Alerts',
    recalls: 'Recalls',
    rules: 'Rules',
    parties: 'Parties',
    enterprise: 'Lines',
    webhooks: 'Webhooks',
  },
)
