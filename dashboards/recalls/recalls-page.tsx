/** Recalls: the list, one of them, or making one. Which of these stands in the address. */
import { useSearch } from 'wouter'
import { MakeRecall } from './make-recall.tsx'
import { RecallList } from './recall-list.tsx'
import { RecallView } from './recall-view.tsx'
import './recalls.css'

export function RecallsPage() {
  const search = useSearch()
  const asked = new URLSearchParams(search)
  const id = asked.get('id')
  if (id !== null) return <RecallView key={id} id={id} />
  return asked.has('make') ? <MakeRecall key={search} asked={asked} /> : <RecallList />
}
