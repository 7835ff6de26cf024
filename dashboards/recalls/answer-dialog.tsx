import { Dialog } from '../ui/dialog.tsx'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { AnswerForm } from './answer-form.tsx'
import type { Consignee } from './recall-data.ts'

interface AnswerDialogProps {
  readonly recall: string
  readonly consignee: Consignee
  readonly name: string
  readonly onClose: () => void
}

/** What an authority was told by a consignee, noted for it. */
export function AnswerDialog({ recall, consignee, name, onClose }: AnswerDialogProps) {
  const t = useWords(recallWords)
  return (
    <Dialog title={`${t.answerFor}: ${name}`} onClose={onClose}>
      <AnswerForm recall={recall} consignee={consignee} onDone={onClose} onCancel={onClose} />
    </Dialog>
  )
}
