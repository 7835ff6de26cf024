/** What an enterprise has running: its lines and devices, what was refused, its lots, its keys. */
import { useState } from 'react'
import { useNames } from '../server/names.ts'
import { useSession } from '../shell/session.ts'
import { enterpriseWords } from '../words/enterprise.ts'
import { useWords } from '../words/language.ts'
import { DevicesCard } from './devices-card.tsx'
import { KeysCard } from './keys-card.tsx'
import { LotsCard } from './lots-card.tsx'
import { PartyChoice } from './party-choice.tsx'
import { RejectionsCard } from './rejections-card.tsx'
import { ShipmentsCard } from './shipments-card.tsx'
import { TryCard } from './try-card.tsx'
import './enterprise.css'

export function EnterprisePage() {
  const t = useWords(enterpriseWords)
  const session = useSession()
  const names = useNames()
  const [chosen, setChosen] = useState<string>()
  // An administrator has no party: all are shown until one is chosen.
  const party = session?.party ?? chosen
  return (
    <>
      {session?.party === undefined ? (
        <PartyChoice label={t.party} chosen={chosen} onChoose={setChosen} names={names} />
      ) : (
        <p className="enterprise-name">{names.party(session.party)}</p>
      )}
      <div className="enterprise-desk">
        <div className="enterprise-column">
          <DevicesCard party={party} names={names} />
          <RejectionsCard party={party} />
          <TryCard />
        </div>
        <div className="enterprise-column">
          <ShipmentsCard party={party} names={names} />
          <LotsCard party={party} names={names} />
          <KeysCard party={party} />
        </div>
      </div>
    </>
  )
}
