/**
 * What has to be assumed for an item to be in the scope of a recall, by the steps on its way that
 * no event states.
 */
import type { PathStep } from './recall-scope.ts'
import type { Text } from './words.ts'

export const ASSUMPTIONS = {
  'lot-membership': {
    zh: '由批次推断其单品。',
    en: 'It is one of a lot, of which some went this way.',
  },
  'container-contents': {
    zh: '由包装推断其内容。',
    en: 'It was in a container whose opening or closing nobody reported.',
  },
  transformation: {
    zh: '该批次的一部分可能投入其中。',
    en: 'A part of the lot may have gone into it.',
  },
  'same-line-and-day': { zh: '同产线同日。', en: 'It was made on the same line and day.' },
  'carry-over': { zh: '罐内残留可能混入。', en: 'What was left in the tank may have got into it.' },
  'missing-data': { zh: '缺少数据，无法排除。', en: 'Data is missing that could rule it out.' },
  unknown: { zh: '路径不完整。', en: 'The way to it is not known from its beginning.' },
} as const satisfies Record<string, Text>

export type Assumption = keyof typeof ASSUMPTIONS

/** The first of what has to be assumed: without it the item would not be in. */
export function assumptionOf(path: readonly PathStep[]): Assumption {
  return assumptionsOf(path)[0] ?? 'unknown'
}

/** All that has to be assumed on the way to an item, in its order. */
export function assumptionsOf(path: readonly PathStep[]): readonly Assumption[] {
  const unstated = path.filter(({ certainty }) => certainty !== 'observed')
  // Where each step is stated, it is when or how much that is not: of the last lot or container.
  const last = path.findLast(({ by }) => by === 'of-lot' || by === 'contains')
  const steps = unstated.length > 0 ? unstated : last ? [last] : []
  const assumed = steps.map(({ by }) => assumedBy(by))
  return assumed.length > 0 ? [...new Set(assumed)] : ['unknown']
}

function assumedBy(by: PathStep['by']): Assumption {
  switch (by) {
    case 'of-lot':
      return 'lot-membership'
    case 'contains':
      return 'container-contents'
    case 'becomes':
      return 'transformation'
    case 'same-line-and-day':
    case 'carry-over':
    case 'missing-data':
      return by
    default:
      return 'unknown'
  }
}
