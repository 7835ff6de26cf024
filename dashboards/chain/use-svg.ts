import { useLanguage } from '../words/language.ts'
import { type Tick, ticksOf, tickText } from './axis.ts'
import { useColours } from './colours.ts'
import { type SvgParts, svgOf } from './svg.ts'

type Drawing = Pick<SvgParts, 'title' | 'layout' | 'scene' | 'laneNames'>

/** Makes what is drawn a document of its own, whole, in the colours of now. */
export function useSvg({ title, layout, scene, laneNames }: Drawing): () => string {
  const colours = useColours()
  const language = useLanguage()
  const asText = (tick: Tick) => tickText(tick, language)
  return () => {
    const ticks = ticksOf(layout.axis)
    return svgOf({ title, layout, scene, laneNames, ticks, tickText: asText, colours })
  }
}
