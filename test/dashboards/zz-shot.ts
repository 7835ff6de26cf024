import { chromium } from '@playwright/test'

const url = process.argv[2] ?? ''
const b = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
for (const [name, path, viewport, role] of [
  ['scan', '/app/', { width: 390, height: 844 }, 'admin'],
  [
    'warm',
    '/app/item?id=' +
      encodeURIComponent('(01)06901234567892(21)A8K2(10)DR-03(17)261120') +
      '&symbology=QRCode',
    { width: 390, height: 844 },
    'admin',
  ],
  ['recalled', '/01/06901234567892/21/A8K3', { width: 390, height: 844 }, 'public'],
  ['desk', '/01/06901234567892/21/A8K2', { width: 1440, height: 900 }, 'admin'],
] as const) {
  const c = await b.newContext({
    viewport,
    baseURL: url,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    deviceScaleFactor: 1,
  })
  if (role === 'admin')
    await c.request.post('/v1/session', { data: { key: 'an-administrators-key' } })
  const p = await c.newPage()
  p.on('console', (m) => console.log(name, m.type(), m.text()))
  p.on('pageerror', (e) => console.log(name, 'ERR', e.stack))
  await p.goto(path)
  await p.waitForTimeout(6000)
  await p.screenshot({ path: `/tmp/shot-${name}.png`, fullPage: true })
  await c.close()
}
await b.close()
