/**
 * The host name behind the EPC of a ++ scheme: its characters in 7 bits each, common beginnings and
 * endings in 7 or 14 bits for all of them, or, without lower case, three characters in 16 bits
 * [EPC TDS 14.5.16]. Two rows of table B3 are printed with the first 7 bits of table B1, where
 * their place is taken; they are read and written as rows of B3.
 */
import type { TagReader, TagWriter } from './bits.ts'
import { SET_82 } from './characters.ts'
import { readCode40, writeCode40 } from './methods.ts'

const MOST_CHARACTERS = 63

/** Endings and beginnings in one step of 7 bits [table A]. */
const SHORT: readonly (readonly [code: number, text: string])[] = [
  [0x1e, 'qr.'],
  [0x1f, 'www.'],
  [0x20, 'id.'],
  [0x5b, '.com'],
  [0x5c, '.org'],
  [0x5d, '.net'],
  [0x5e, '.int'],
  [0x60, '.edu'],
  [0x7b, '.gov'],
  [0x7c, '.mil'],
  [0x7d, '.biz'],
  [0x7e, '.eco'],
  [0x7f, '.med'],
]

/** Endings in two steps, each row in the order of its second 7 bits [tables B1 to B4]. */
const LONG: readonly string[] = [
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm ' +
    'bn bo bq br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy ' +
    'cz de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm fo fr ga gd ge gf gg gh ' +
    'gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is ' +
    'it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li',
  'lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx ' +
    'my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt ' +
    'pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn sr ss st su sv sx sy ' +
    'sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug us uy uz va vc ve vg vi ' +
    'vn vu wf ws ye yt za zm zw',
  'com.au net.au org.au co.at com.bd co.bd com.br net.br co.nz com.ng com.pk co.in ' +
    'com.in co.il co.jp co.za co.kr com.es com.lk co.th co.tt com.tt com.tr biz.tr ' +
    'com.ua co.uk co.zm com.zm com.cn org.cn net.cn gov.cn',
  'tech',
]

/** What one step, or two, stand for. */
interface Sequence {
  readonly text: string
  readonly codes: readonly number[]
}

const SEQUENCES: readonly Sequence[] = [
  ...SHORT.map(([code, text]) => ({ text, codes: [code] })),
  ...LONG.flatMap((row, table) =>
    row.split(' ').map((name, code) => ({ text: `.${name}`, codes: [table, code] })),
  ),
]

const ONE_STEP = [...SET_82]
for (const [code, text] of SHORT) ONE_STEP[code] = text
const TWO_STEPS = LONG.map((row) => row.split(' ').map((name) => `.${name}`))

// Labels of letters, digits and what hosts use between them; a port may follow.
const HOST = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?::\d{1,5})?$/
const CODE_40 = /^[0-9A-Z.:-]+$/

export function readHostname(bits: TagReader): string {
  const steps = bits.read(1)
  const length = bits.read(6)
  const name = steps === 1 ? readSteps(bits, length) : readCode40(bits, length)
  if (!isHost(name)) bits.fail('tag_hostname', name)
  return name
}

function isHost(name: string): boolean {
  return name.length <= MOST_CHARACTERS && HOST.test(name)
}

function readSteps(bits: TagReader, length: number): string {
  let name = ''
  for (let step = 0; step < length && !bits.failure; step++) {
    const code = bits.read(7)
    const table = TWO_STEPS[code]
    const text = table ? table[bits.read(7)] : ONE_STEP[code]
    if (table) step++
    if (!text || step >= length) bits.fail('tag_hostname', 'Its bits are reserved.')
    name += text
  }
  return name
}

export function writeHostname(bits: TagWriter, name: string): void {
  if (!isHost(name)) {
    bits.fail('tag_hostname', name)
    return
  }
  const codes = fewestSteps(name)
  if (CODE_40.test(name) && Math.ceil(name.length / 3) * 16 < codes.length * 7) {
    bits.write(0, 1)
    bits.write(name.length, 6)
    writeCode40(bits, name)
  } else {
    bits.write(1, 1)
    bits.write(codes.length, 6)
    for (const code of codes) bits.write(code, 7)
  }
}

/** The fewest steps, found from the end. */
function fewestSteps(name: string): readonly number[] {
  const from: (readonly number[])[] = [[]]
  for (let at = name.length - 1; at >= 0; at--) {
    const rest = (length: number) => from[length] ?? []
    const left = name.length - at
    let best = [name.charCodeAt(at), ...rest(left - 1)]
    for (const { text, codes } of SEQUENCES) {
      if (!name.startsWith(text, at)) continue
      const way = [...codes, ...rest(left - text.length)]
      if (way.length < best.length) best = way
    }
    from[left] = best
  }
  return from[name.length] ?? []
}
