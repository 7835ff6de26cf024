import { useQuery } from '@tanstack/react-query'
import { allAlerts } from '../alerts/all-alerts.ts'
import { useMinute } from '../alerts/use-minute.ts'
import { api, told } from '../server/api.ts'
import type { Names } from '../server/names.ts'
import { allPages } from '../server/pages.ts'
import { devicesQuery } from '../server/register.ts'
import { Card } from '../ui/card.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { enterpriseWords } from '../words/enterprise.ts'
import { durationText, numberText, shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import {
  type Activity,
  calibrationOf,
  type Device,
  isLosing,
  isSilent,
  lastDay,
  type Numbers,
  sensorKey,
} from './liveliness.ts'

/** Rule A11: a sensor that is stuck, or silent for longer than its interval allows. */
const SENSOR_RULE = 'A11'
const REFRESH_MS = 30_000

interface DevicesCardProps {
  readonly party: string | undefined
  readonly names: Names
}

/** Devices with when each was last heard, how much it sends and what is wrong with it. */
export function DevicesCard({ party, names }: DevicesCardProps) {
  const t = useWords(enterpriseWords)
  const nowMs = useMinute()
  const query = party === undefined ? {} : { party }
  const devices = useQuery(devicesQuery(party))
  const activity = useQuery({
    queryKey: ['device-activity', party],
    queryFn: () =>
      allPages((after) => told(api.v1['device-activity'].$get({ query: { ...query, ...after } }))),
    refetchInterval: REFRESH_MS,
  })
  const gaps = useQuery({
    queryKey: ['device-gaps', party],
    queryFn: () =>
      allAlerts({ ...query, rule: SENSOR_RULE, state: 'open|acknowledged|in_progress' }),
  })
  const error = devices.error ?? activity.error
  if (error) {
    return (
      <Card title={t.devices}>
        <Failure error={error} onAgain={() => void devices.refetch()} />
      </Card>
    )
  }
  const byName = new Map(activity.data?.map((one) => [`${one.party}/${one.device}`, one]))
  const gapsOf = (device: Device) =>
    gaps.data?.items.filter(({ subject }) => subject === sensorKey(device)).length ?? 0
  return (
    <Card title={t.devices}>
      {devices.isPending && <Loading />}
      {devices.data?.length === 0 && <Empty title={t.none} />}
      {devices.data && devices.data.length > 0 && (
        <VirtualList
          items={devices.data}
          keyOf={(one) => `${one.party}/${one.device}`}
          rowHeight={72}
          label={t.deviceList}
        >
          {(device) => (
            <DeviceRow
              {...{ device, nowMs }}
              activity={byName.get(`${device.party}/${device.device}`)}
              gaps={gapsOf(device)}
              partyName={party === undefined ? names.party(device.party) : ''}
            />
          )}
        </VirtualList>
      )}
    </Card>
  )
}

interface DeviceRowProps {
  readonly device: Device
  readonly activity: Activity | undefined
  readonly gaps: number
  readonly nowMs: number
  readonly partyName: string
}

function DeviceRow({ device, activity, gaps, nowMs, partyName }: DeviceRowProps) {
  const t = useWords(enterpriseWords)
  const language = useLanguage()
  const calibration = calibrationOf(device, nowMs)
  const due = device.calibrationDue ?? ''
  const age =
    activity && durationText(Math.max(0, nowMs - Date.parse(activity.lastHeard)), language)
  return (
    <div className="device-row">
      <span className="device-name">
        <strong>{device.name}</strong>
        <span className="quiet block">
          {partyName} {device.site}/{device.device}
        </span>
      </span>
      <span className="device-heard">
        {age === undefined ? t.never : t.ago(age)}
        <Bars hours={lastDay(activity, nowMs)} />
      </span>
      <span className="row device-signs">
        {!device.enabled && <span className="tag warn">{t.disabled}</span>}
        {device.enabled && isSilent(activity, nowMs) && (
          <span className="tag warn">! {t.silent}</span>
        )}
        {activity && activity.refused > 0 && (
          <span className="tag stop">
            ✕ {t.refused} {activity.refused}
          </span>
        )}
        {activity?.numbers && <NumbersTag numbers={activity.numbers} nowMs={nowMs} />}
        {gaps > 0 && <span className="tag inferred">? {t.dataGaps(gaps)}</span>}
        {calibration === 'over' && <span className="tag stop">✕ {t.calibrationOver(due)}</span>}
        {calibration === 'soon' && <span className="tag warn">! {t.calibrationSoon(due)}</span>}
        {calibration === 'fine' && <span className="tag fine">✓ {t.calibrationUntil(due)}</span>}
      </span>
    </div>
  )
}

/** What never came, by the numbers of the sender: which it was last, and whether it goes on. */
function NumbersTag({ numbers, nowMs }: { numbers: Numbers; nowMs: number }) {
  const t = useWords(enterpriseWords)
  const language = useLanguage()
  const { received, missing, lastGap } = numbers
  const all = numberText(received + missing, language)
  if (missing === 0) return <span className="tag fine">✓ {t.noneMissing(all)}</span>
  const [sign, look] = isLosing(numbers, nowMs) ? ['! ', 'warn'] : ['', '']
  return (
    <span className={`tag wrap ${look}`}>
      {sign}
      {t.numbersMissing(numberText(missing, language), all)}
      {lastGap && (
        <span className="plain">
          {t.lastMissing(shortTime(lastGap.noticed, language), lastGap.source)}
          <span className="number">
            {lastGap.from === lastGap.to ? lastGap.from : `${lastGap.from}–${lastGap.to}`}
          </span>
        </span>
      )}
    </span>
  )
}

const BAR = 5
const BARS_HEIGHT = 18
const MARK_HEIGHT = 4

/** Messages an hour; an hour in which numbers were missing is marked above. */
function Bars({ hours }: { hours: ReturnType<typeof lastDay> }) {
  const t = useWords(enterpriseWords)
  const most = Math.max(1, ...hours.map(({ messages }) => messages))
  const all = hours.reduce((sum, { messages }) => sum + messages, 0)
  const lost = hours.reduce((sum, { missing }) => sum + missing, 0)
  return (
    <svg
      className="bars"
      role="img"
      aria-label={lost === 0 ? t.rateLabel(all) : t.rateAndMissing(all, lost)}
      width={hours.length * BAR}
      height={MARK_HEIGHT + BARS_HEIGHT}
    >
      {hours.map(({ messages, missing }, hour) => {
        const height = messages === 0 ? 1 : Math.max(2, (messages / most) * BARS_HEIGHT)
        const x = hour * BAR
        const y = MARK_HEIGHT + BARS_HEIGHT - height
        return (
          <g key={x}>
            <rect x={x} y={y} width={BAR - 1} height={height} />
            {missing > 0 && (
              <rect className="lost" x={x} y={0} width={BAR - 1} height={MARK_HEIGHT - 1} />
            )}
          </g>
        )
      })}
    </svg>
  )
}
