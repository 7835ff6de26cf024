/** A part of a page, with its name. */
import { type ReactNode, useId } from 'react'

interface CardProps {
  readonly title: string
  /** Beside the name: what can be done with the part, or its state. */
  readonly side?: ReactNode
  readonly className?: string
  readonly children: ReactNode
}

export function Card({ title, side, className = '', children }: CardProps) {
  const id = useId()
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        {side}
      </div>
      {children}
    </section>
  )
}
