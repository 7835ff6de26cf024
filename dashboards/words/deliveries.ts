/** What webhooks tell of, and what became of an attempt to tell it, as people call them. */
import type { Language } from './language.ts'

type Pair = readonly [zh: string, en: string]

const OUTCOMES: Readonly<Record<string, Pair>> = {
  delivered: ['已送达', 'delivered'],
  refused: ['接收方拒收', 'refused'],
  redirected: ['接收方转址', 'redirected'],
  gone: ['接收方已撤销', 'gone'],
  throttled: ['接收方繁忙', 'told to wait'],
  timeout: ['超时未应答', 'no answer in time'],
  cut: ['连接中断', 'connection was cut'],
  malformed: ['应答不是 HTTP', 'answer is no HTTP'],
  connection: ['连接不上', 'not reached'],
  tls: ['没有安全连接', 'no secure connection'],
  unknown_host: ['域名无地址', 'unknown host'],
  name_server: ['域名服务无应答', 'name servers do not answer'],
  private_address: ['地址不公开', 'private address'],
  https_required: ['须用 https', 'https is required'],
  port_refused: ['端口不允许', 'Port is not allowed'],
  exhausted: ['多次未送达', 'all attempts failed'],
  expired: ['四天未送达', 'four days are over'],
  disabled: ['订阅已停用', 'webhook was disabled'],
}

const THINGS: Readonly<Record<string, Pair>> = {
  alert: ['告警', 'Alert'],
  recall: ['召回', 'Recall'],
  drill: ['召回演练', 'Drill'],
  webhook: ['订阅', 'Webhook'],
}

const HAPPENINGS: Readonly<Record<string, Pair>> = {
  ping: ['测试', 'test'],
  raised: ['提出', 'raised'],
  continued: ['继续', 'continued'],
  superseded: ['被取代', 'superseded'],
  withdrawn: ['撤回', 'withdrawn'],
  escalated: ['升级', 'escalated'],
  acknowledged: ['确认', 'acknowledged'],
  started: ['开始处理', 'started'],
  resolved: ['结案', 'resolved'],
  reopened: ['重开', 'reopened'],
  forwarded: ['转办', 'forwarded'],
  blocked: ['封存', 'blocked'],
  unblocked: ['解除封存', 'unblocked'],
  commented: ['备注', 'commented'],
  published: ['公布', 'published'],
  unpublished: ['停止公布', 'unpublished'],
  created: ['发起', 'made'],
  amended: ['修改', 'changed'],
  scope_asked: ['要求划定范围', 'scope asked for'],
  scope_known: ['范围查明', 'scope known'],
  scope_failed: ['范围未查明', 'scope failed'],
  scope_outdated: ['范围已过时', 'scope out of date'],
  approved: ['核准', 'approved'],
  notified: ['通知', 'notified'],
  sealed: ['封存', 'sealed'],
  recovered: ['回收', 'recovered'],
  closed: ['关闭', 'closed'],
  cancelled: ['取消', 'cancelled'],
  classified: ['调整级别', 'class changed'],
  reported: ['报告', 'reported'],
  answered: ['答复', 'answered'],
  checked: ['核查', 'checked'],
}

const at = (language: Language) => (language === 'zh' ? 0 : 1)

/** Of an attempt or a delivery; a code without a word here is told as it is. */
export function outcomeText(code: string, language: Language): string {
  return OUTCOMES[code]?.[at(language)] ?? code
}

/** Of a type such as suyuan.alert.raised; one without words here is told as it is. */
export function happeningText(type: string, language: Language): string {
  const [, thing = '', happening = ''] = type.split('.')
  const [what, how] = [THINGS[thing], HAPPENINGS[happening]]
  if (what === undefined || how === undefined) return type
  return language === 'zh' ? `${what[0]}：${how[0]}` : `${what[1]}: ${how[1]}`
}
