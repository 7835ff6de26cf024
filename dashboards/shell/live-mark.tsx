/** Whether alerts are heard as they come, and how many have come since the page was opened. */
import { useState } from 'react'
import { useSteps } from '../live/use-steps.ts'
import { commonWords } from '../words/common.ts'
import { useWords } from '../words/language.ts'

export function LiveMark() {
  const t = useWords(commonWords)
  const [count, setCount] = useState(0)
  const isOpen = useSteps((steps) => {
    const raised = steps.filter(({ step }) => step === 'raised').length
    setCount((before) => before + raised)
  })
  return (
    <span className={`tag ${isOpen ? 'fine' : 'warn'}`}>
      ● <span className={isOpen ? 'where-room' : ''}>{isOpen ? t.live : t.notLive}</span>
      {count > 0 && (
        <>
          <span className="where-room"> · </span>
          {t.newAlerts(count)}
        </>
      )}
    </span>
  )
}
