export function ItemPage() {
  return <p>…</p>
}
