export function ScanPage() {
  return <p>…</p>
}
