/** Who took a step, as the server names them: `role:key`, or a part of the system by itself. */
import type { Language } from './language.ts'

const WHO: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  admin: ['管理员', 'administrator'],
  regulator: ['监管', 'regulator'],
  inspector: ['检查员', 'inspector'],
  enterprise: ['企业', 'enterprise'],
  device: ['设备', 'device'],
  public: ['公众', 'public'],
  rules: ['系统规则', 'rules'],
  clock: ['系统时限', 'clock'],
  system: ['系统', 'system'],
}

/** Such as 检查员 k7. */
export function whoText(by: string, language: Language): string {
  const [role = '', key = ''] = by.split(/:(.*)/s)
  const names = Object.hasOwn(WHO, role) ? WHO[role] : undefined
  if (names === undefined) return by
  const name = names[language === 'zh' ? 0 : 1]
  return key === '' ? name : `${name} ${key}`
}
