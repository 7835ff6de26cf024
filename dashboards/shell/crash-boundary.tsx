/** What is shown where drawing a page throws: a bug, told as one. */
import { Component, type ReactNode } from 'react'
import { Failure } from '../ui/states.tsx'

interface State {
  readonly error: unknown
}

export class CrashBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return <Failure error={error} onAgain={() => location.reload()} />
  }
}
