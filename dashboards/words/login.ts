import { words } from './language.ts'

export const loginWords = words(
  {
    title: '登录',
    key: '密钥',
    about: '密钥由管理员发放，浏览器不会保存它。一周后或退出时，登录结束。',
    noSuchKey: '密钥不正确，或已被收回。',
    logIn: '登录',
  },
  {
    title: 'Log in',
    key: 'Key',
    about:
      'Your administrator gives you the key; the browser does not keep it. You are logged out ' +
      'after a week, or when you log out.',
    noSuchKey: 'This key is wrong, or it has been revoked.',
    logIn: 'Log in',
  },
)
