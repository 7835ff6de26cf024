import { Link } from 'wouter'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { makingFrom } from './making-from.ts'
import { useMe } from './recall-data.ts'

/** To a recall of an item, for those who make any. */
export function RecallLink({ item }: { item: string }) {
  const t = useWords(recallWords)
  const { mayAct } = useMe()
  if (!mayAct) return null
  return (
    <Link className="button small danger" href={makingFrom('item', [item])}>
      {t.make}
    </Link>
  )
}
