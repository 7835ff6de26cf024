/** Keys of an enterprise. A new one is shown once, and kept nowhere. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { type FormEvent, useId, useState } from 'react'
import { api, told } from '../server/api.ts'
import { allPages } from '../server/pages.ts'
import { devicesQuery } from '../server/register.ts'
import { Card } from '../ui/card.tsx'
import { PickField } from '../ui/pick.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { enterpriseWords } from '../words/enterprise.ts'
import { shortDate } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { whoText } from '../words/people.ts'

export function KeysCard({ party }: { party: string | undefined }) {
  const t = useWords(enterpriseWords)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['keys', party],
    queryFn: () =>
      allPages((after) =>
        told(api.v1.keys.$get({ query: { ...after, ...(party !== undefined && { party }) } })),
      ),
  })
  const standing = data?.filter(({ revokedAt }) => revokedAt === undefined) ?? []
  const gone = data?.filter(({ revokedAt }) => revokedAt !== undefined) ?? []
  return (
    <Card title={t.keys}>
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {data?.length === 0 && <Empty title={t.noKeys} />}
      <KeyList keys={standing} />
      {gone.length > 0 && (
        <details>
          <summary>{t.revokedKeys(gone.length)}</summary>
          <KeyList keys={gone} />
        </details>
      )}
      {party !== undefined && <MakeKey party={party} />}
    </Card>
  )
}

type Key = InferResponseType<typeof api.v1.keys.$get>['items'][number]

function KeyList({ keys }: { keys: readonly Key[] }) {
  const t = useWords(enterpriseWords)
  const language = useLanguage()
  return (
    <ul className="lines keys">
      {keys.map(({ keyId, role, device, label, createdAt, revokedAt }) => (
        <li key={keyId} className="row">
          <span className="grow">
            <strong>{device ?? whoText(role, language)}</strong> {label}
            <span className="quiet block">
              {keyId} · {shortDate(createdAt, language)}
            </span>
          </span>
          {revokedAt === undefined ? (
            <Revoke keyId={keyId} isDevice={role === 'device'} />
          ) : (
            <span className="tag">{t.revoked}</span>
          )}
        </li>
      ))}
    </ul>
  )
}

/** The keys of people are the administrator's affair. */
function Revoke({ keyId, isDevice }: { keyId: string; isDevice: boolean }) {
  const t = useWords(enterpriseWords)
  const queries = useQueryClient()
  const [isSure, setIsSure] = useState(false)
  const revoke = useMutation({
    mutationFn: () => told(api.v1.keys[':keyId'].$delete({ param: { keyId } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['keys'] }),
  })
  if (!isDevice) return null
  return (
    <>
      <button
        type="button"
        className={isSure ? 'small danger' : 'small'}
        disabled={revoke.isPending}
        onClick={() => (isSure ? revoke.mutate() : setIsSure(true))}
      >
        {isSure ? t.reallyRevoke : t.revoke}
      </button>
      {revoke.error && <Failure error={revoke.error} />}
    </>
  )
}

function MakeKey({ party }: { party: string }) {
  const t = useWords(enterpriseWords)
  const id = useId()
  const queries = useQueryClient()
  const { data: devices } = useQuery(devicesQuery(party))
  const make = useMutation({
    mutationFn: ({ device, label }: { device: string; label: string }) =>
      told(api.v1.keys.$post({ json: { role: 'device', party, device, label } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['keys'] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    make.mutate({ device: text('device'), label: text('label') })
  }
  if (!devices || devices.length === 0) return null
  return (
    <details>
      <summary>{t.makeKey}</summary>
      <form onSubmit={submit}>
        <PickField
          label={t.keyFor}
          name="device"
          options={devices.map(({ device, name }) => [device, `${name} (${device})`])}
        />
        <label htmlFor={id}>{t.keyLabel}</label>
        <input id={id} name="label" maxLength={200} />
        <button type="submit" disabled={make.isPending}>
          {t.makeKey}
        </button>
      </form>
      {make.error && <Failure error={make.error} />}
      {make.data && 'secret' in make.data && (
        <p role="status" className="tag warn wrap">
          {t.madeKey} <code>{String(make.data.secret)}</code>
        </p>
      )}
    </details>
  )
}
