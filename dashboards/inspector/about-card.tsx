/** What it is, and the code as it was scanned against what is recorded. */
import type { ReactNode } from 'react'
import { Card } from '../ui/card.tsx'
import { shortTime } from '../words/format.ts'
import { itemWords } from '../words/item.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { refusalText } from '../words/refusals.ts'
import { shortKey } from '../words/short-key.ts'
import { stepText } from '../words/steps.ts'
import { type FullItem, type Item, isFull } from './item-data.ts'
import { useNames } from './use-names.ts'

export function AboutCard({ item, symbology }: { item: Item; symbology: string | undefined }) {
  const t = useWords(itemWords)
  const language = useLanguage()
  const { product, understood, compared } = item
  const { gtin, lot, serial, sscc } = understood.parts
  const scanned = new Set(compared.map(({ what }) => what))
  const lots = item.lots.map(keyText).join(', ')
  const expiry = isFull(item)
    ? item.state.itemExpirationDate?.value
    : 'itemExpirationDate' in item
      ? item.itemExpirationDate
      : undefined
  const producer = 'producer' in item ? item.producer : undefined
  return (
    <Card title={t.about}>
      <dl className="facts">
        <Row name={t.product}>{product?.names?.[language] ?? product?.name}</Row>
        <Row name={t.producer}>{producer}</Row>
        <Row name={t.netContent}>
          {product && 'netContent' in product ? product.netContent : undefined}
        </Row>
        <Row name={t.gtin}>{gtin}</Row>
        <Row name={t.sscc}>{sscc}</Row>
        <Row name={t.serial}>{serial}</Row>
        {compared.map((one) => (
          <ComparedRow key={one.what} one={one} />
        ))}
        {!scanned.has('lot') && <Row name={t.lot}>{lots || lot}</Row>}
        {!scanned.has('expiry') && <Row name={t.expiry}>{expiry}</Row>}
        {isFull(item) && <Whereabouts item={item} />}
        <Row name={t.scannedAs}>{symbology}</Row>
      </dl>
      {understood.notes.map(({ code, message }) => (
        <p key={code} className="tag warn">
          ! {refusalText(code, message, language)}
        </p>
      ))}
    </Card>
  )
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  if (children === undefined || children === '') return null
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function ComparedRow({ one }: { one: Item['compared'][number] }) {
  const t = useWords(itemWords)
  const { what, scanned, recorded, agrees } = one
  return (
    <Row name={what === 'lot' ? t.lot : t.expiry}>
      {agrees === false ? (
        <span className="wrong">
          {t.asScanned} {scanned} ≠ {t.asRecorded} {recorded} · {t.differs}
        </span>
      ) : (
        <>
          {scanned} {agrees ? <span className="fine">✓</span> : <Unrecorded />}
        </>
      )}
    </Row>
  )
}

function Unrecorded() {
  return <span className="quiet">({useWords(itemWords).notRecorded})</span>
}

function Whereabouts({ item }: { item: FullItem }) {
  const t = useWords(itemWords)
  const language = useLanguage()
  const names = useNames(item)
  const { location, lastSeen, container } = item.state
  return (
    <>
      <Row name={t.location}>{location && names(location.value)}</Row>
      <Row name={t.lastSeen}>
        {lastSeen &&
          `${stepText(lastSeen.value, language)} · ${shortTime(lastSeen.time, language)}`}
      </Row>
      <Row name={t.container}>{container && <Key value={container.value} />}</Row>
    </>
  )
}

/** A key in short; whole for whoever points at it. */
function Key({ value }: { value: string }) {
  return <span title={value}>{shortKey(value)}</span>
}

/** The lot number of the key of a lot, whole; of another key what is short for it. */
export function keyText(key: string): string {
  const lot = /\/10\/([^/?]+)/.exec(key)?.[1]
  return lot === undefined ? shortKey(key) : decodeURIComponent(lot)
}
