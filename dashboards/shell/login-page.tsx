/** Logging in: a key is shown once, and stays in no browser. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { api, Refused, told } from '../server/api.ts'
import { Card } from '../ui/card.tsx'
import { Failure } from '../ui/states.tsx'
import { useWords } from '../words/language.ts'
import { loginWords } from '../words/login.ts'

export function LoginPage() {
  const t = useWords(loginWords)
  const queries = useQueryClient()
  const [pathname, navigate] = useLocation()
  const [key, setKey] = useState('')
  const logIn = useMutation({
    mutationFn: (given: string) => told(api.v1.session.$post({ json: { key: given } })),
    onSuccess: () => {
      queries.clear()
      // Shown in the place of a page that needs it, it gives way to that page.
      if (pathname === '/app/login') navigate('/app/')
      else void queries.invalidateQueries()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    logIn.mutate(key)
  }
  const isWrongKey = logIn.error instanceof Refused && logIn.error.code === 'no_such_key'
  return (
    <Card title={t.title} className="narrow">
      <form onSubmit={submit}>
        <label htmlFor="key">{t.key}</label>
        <input
          id="key"
          type="password"
          autoComplete="current-password"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          required
          aria-describedby="about-key"
          aria-invalid={isWrongKey || undefined}
        />
        <p id="about-key" className="quiet">
          {t.about}
        </p>
        {isWrongKey && (
          <p role="alert" className="wrong">
            {t.noSuchKey}
          </p>
        )}
        <button type="submit" className="primary" disabled={logIn.isPending}>
          {t.logIn}
        </button>
      </form>
      {logIn.error && !isWrongKey && <Failure error={logIn.error} />}
    </Card>
  )
}
