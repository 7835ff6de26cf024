/**
 * Every form of an identifier that is understood, with an example and the key that it gives. The
 * page docs/identifiers.md is made of this table, and understand.test.ts reads every row of it.
 */
import type { Kind } from '#epcis/gs1-key.ts'
import type { Form } from '#epcis/understood.ts'

export interface FormRow {
  readonly name: string
  readonly form: Form
  readonly text: string
  /** Canonical key of the likeliest candidate. */
  readonly key: string
  readonly kind: Kind
  /** Where the form is tested in full, from test/ on. */
  readonly test: string
}

const ID = 'https://id.gs1.org/'
const GTIN = `${ID}01/06901234567892`
const ITEM = `${GTIN}/21/A-1%2F7`
const UNIT = `${ID}00/169012340000000013`
const GS = '\x1d'

type Row = readonly [name: string, text: string, key: string, kind: Kind]

function rows(form: Form, test: string, all: readonly Row[]): FormRow[] {
  return all.map(([name, text, key, kind]) => ({ name, form, text, key, kind, test }))
}

const tags: readonly Row[] = [
  ['SGTIN-96', '3035A537C83775400012D687', `${GTIN}/21/1234567`, 'instance'],
  ['SGTIN-198', '3635A537C8377560AD62BDB80000000000000000000000000000', ITEM, 'instance'],
  ['SGTIN+', 'F71069012345678928582B58AF6E', ITEM, 'instance'],
  ['SGTIN++', 'FD1069012345678928582B58AF6F25065F1876F0D996D800', ITEM, 'instance'],
  ['DSGTIN+', 'FB14379F069012345678928582B58AF6E000', ITEM, 'instance'],
  ['DSGTIN++', 'FC14379F069012345678928582B58AF6F25065F1876F0D996D80', ITEM, 'instance'],
  ['SSCC-96', '3135A537C83B9ACA01000000', UNIT, 'logistic-unit'],
  ['SSCC+', 'F91169012340000000013000', UNIT, 'logistic-unit'],
  ['SSCC++', 'EF116901234000000001392832F8C3B786CCB6C0', UNIT, 'logistic-unit'],
  ['SGLN-96', '3235A537C800020000000005', `${ID}414/6901234000016/254/5`, 'place'],
  [
    'SGLN-195',
    '3935A537C80003937E3D6B5A8000000000000000000000000000',
    `${ID}414/6901234000016/254/dock-5`,
    'place',
  ],
  ['SGLN+', 'F21690123400001666768724FB90', `${ID}414/6901234000016/254/dock-5`, 'place'],
  [
    'SGLN++',
    'E91690123400001666768724FB992832F8C3B786CCB6C000',
    `${ID}414/6901234000016/254/dock-5`,
    'place',
  ],
  ['GRAI-96', '3335A537C80000400000004D', `${ID}8003/0690123400001677`, 'asset'],
  [
    'GRAI-170',
    '3735A537C8000060B700000000000000000000000000',
    `${ID}8003/06901234000016A7`,
    'asset',
  ],
  ['GRAI+', 'F110690123400001622A7000', `${ID}8003/06901234000016A7`, 'asset'],
  ['GRAI++', 'EB10690123400001622A792832F8C3B786CCB6C0', `${ID}8003/06901234000016A7`, 'asset'],
  ['GIAI-96', '3435A537C80000000000004D', `${ID}8004/690123477`, 'asset'],
  [
    'GIAI-202',
    '3835A537CB1F2C3D32AD72000000000000000000000000000000',
    `${ID}8004/6901234crate-9`,
    'asset',
  ],
  ['GIAI+', 'FA16901234E6772B6AD7BEF4', `${ID}8004/6901234crate-9`, 'asset'],
  ['GIAI++', 'EE16901234E6772B6AD7BEF64A0CBE30EDE1B32DB000', `${ID}8004/6901234crate-9`, 'asset'],
  ['GSRN-96', '2D35A537C800000001000000', `${ID}8018/690123400000000018`, 'party'],
  ['GSRN+', 'F41690123400000000018000', `${ID}8018/690123400000000018`, 'party'],
  ['GSRN++', 'E7169012340000000001892832F8C3B786CCB6C0', `${ID}8018/690123400000000018`, 'party'],
  ['GSRNP-96', '2E35A537C800000001000000', `${ID}8017/690123400000000018`, 'party'],
  ['GSRNP+', 'F51690123400000000018000', `${ID}8017/690123400000000018`, 'party'],
  ['GSRNP++', 'E8169012340000000001892832F8C3B786CCB6C0', `${ID}8017/690123400000000018`, 'party'],
  ['GDTI-96', '2C35A537C80002000000002A', `${ID}253/690123400001642`, 'document'],
  [
    'GDTI-174',
    '3E35A537C80003427AD68C8000000000000000000000',
    `${ID}253/6901234000016PO-42`,
    'document',
  ],
  ['GDTI+', 'F616901234000016653CEFB8D800', `${ID}253/6901234000016PO-42`, 'document'],
  [
    'GDTI++',
    'EA16901234000016653CEFB8DA4A0CBE30EDE1B32DB0',
    `${ID}253/6901234000016PO-42`,
    'document',
  ],
  ['CPI-96', '3C35A537C800C0E680000021', `${ID}8010/690123498765/8011/33`, 'instance'],
  ['CPI-var', '3D35A537C81B7100000000008400', `${ID}8010/6901234A-1/8011/33`, 'instance'],
  ['CPI+', 'F016901234EA30A98242', `${ID}8010/6901234A-1/8011/33`, 'instance'],
  ['CPI++', 'E616901234EA30A9824325065F1876F0D996D800', `${ID}8010/6901234A-1/8011/33`, 'instance'],
  ['SGCN-96', '3F35A537C800020000000414', `${ID}255/6901234000016044`, 'document'],
  ['SGCN+', 'F81690123400001630B0', `${ID}255/6901234000016044`, 'document'],
  ['SGCN++', 'EC1690123400001630B24A0CBE30EDE1B32DB000', `${ID}255/6901234000016044`, 'document'],
  ['ITIP-110', '4035A537C8377540820000000F54', `${ID}8006/069012345678920102/21/981`, 'instance'],
  [
    'ITIP-212',
    '4135A537C837754082DBDD6B10000000000000000000000000000000',
    `${ID}8006/069012345678920102/21/mw-1`,
    'instance',
  ],
  ['ITIP+', 'F31069012345678920102649B0FB5000', `${ID}8006/069012345678920102/21/mw-1`, 'instance'],
  [
    'ITIP++',
    'ED1069012345678920102649B0FB592832F8C3B786CCB6C0',
    `${ID}8006/069012345678920102/21/mw-1`,
    'instance',
  ],
  ['GID-96', '3500E86F8000A9E000000586', 'urn:epc:id:gid:952056.2718.1414', 'instance'],
  ['USDOD-96', '2F120325331393400000004D', 'urn:epc:id:usdod:2S194.77', 'instance'],
  [
    'ADI-var',
    '3B060CF5E76C9047759AD00373DC7602E7200000',
    'urn:epc:id:adi:35962.PQ7VZ4.M37GXB92',
    'instance',
  ],
  ['base64', 'MDWlN8g3dUAAEtaH', `${GTIN}/21/1234567`, 'instance'],
  ['tag URI', 'urn:epc:tag:sgtin-96:1.6901234.056789.1234567', `${GTIN}/21/1234567`, 'instance'],
  ['raw URI', 'urn:epc:raw:96.x3035A537C83775400012D687', `${GTIN}/21/1234567`, 'instance'],
]

const urns: readonly Row[] = [
  ['SGTIN', 'urn:epc:id:sgtin:6901234.056789.A-1%2F7', ITEM, 'instance'],
  ['LGTIN', 'urn:epc:class:lgtin:6901234.056789.L-7', `${GTIN}/10/L-7`, 'lot'],
  ['pattern of a class', 'urn:epc:idpat:sgtin:6901234.056789.*', GTIN, 'class'],
  ['SSCC', 'urn:epc:id:sscc:6901234.1000000001', UNIT, 'logistic-unit'],
  ['SGLN', 'urn:epc:id:sgln:6901234.00001.5', `${ID}414/6901234000016/254/5`, 'place'],
  ['PGLN', 'urn:epc:id:pgln:6901234.00001', `${ID}417/6901234000016`, 'party'],
  ['GRAI', 'urn:epc:id:grai:6901234.00001.77', `${ID}8003/0690123400001677`, 'asset'],
  ['GIAI', 'urn:epc:id:giai:6901234.crate-9', `${ID}8004/6901234crate-9`, 'asset'],
  ['GSRN', 'urn:epc:id:gsrn:6901234.0000000001', `${ID}8018/690123400000000018`, 'party'],
  ['GSRNP', 'urn:epc:id:gsrnp:6901234.0000000001', `${ID}8017/690123400000000018`, 'party'],
  ['GDTI', 'urn:epc:id:gdti:6901234.00001.42', `${ID}253/690123400001642`, 'document'],
  ['CPI', 'urn:epc:id:cpi:6901234.A-1.33', `${ID}8010/6901234A-1/8011/33`, 'instance'],
  ['SGCN', 'urn:epc:id:sgcn:6901234.00001.044', `${ID}255/6901234000016044`, 'document'],
  ['GINC', 'urn:epc:id:ginc:6901234.ship-1', `${ID}401/6901234ship-1`, 'logistic-unit'],
  ['GSIN', 'urn:epc:id:gsin:6901234.000000001', `${ID}402/69012340000000016`, 'logistic-unit'],
  [
    'ITIP',
    'urn:epc:id:itip:6901234.056789.01.02.981',
    `${ID}8006/069012345678920102/21/981`,
    'instance',
  ],
  ['UPUI', 'urn:epc:id:upui:6901234.056789.TP-1', `${GTIN}/235/TP-1`, 'instance'],
  ['GID', 'urn:epc:id:gid:952056.2718.1414', 'urn:epc:id:gid:952056.2718.1414', 'instance'],
  ['USDOD', 'urn:epc:id:usdod:2S194.77', 'urn:epc:id:usdod:2S194.77', 'instance'],
  [
    'ADI',
    'urn:epc:id:adi:35962.PQ7VZ4.M37GXB92',
    'urn:epc:id:adi:35962.PQ7VZ4.M37GXB92',
    'instance',
  ],
  ['BIC', 'urn:epc:id:bic:CSQU3054383', 'urn:epc:id:bic:CSQU3054383', 'asset'],
  ['IMOVN', 'urn:epc:id:imovn:9176187', 'urn:epc:id:imovn:9176187', 'asset'],
]

const links: readonly Row[] = [
  ['item', ITEM, ITEM, 'instance'],
  [
    'any domain, attributes',
    'https://shop.example/01/06901234567892/21/A1?17=271231',
    `${GTIN}/21/A1`,
    'instance',
  ],
  ['short names', 'https://shop.example/de/gtin/06901234567892/lot/L-7', `${GTIN}/10/L-7`, 'lot'],
  [
    'lot and serial',
    'https://x.example/01/06901234567892/10/L-7/21/A1',
    `${GTIN}/21/A1`,
    'instance',
  ],
  ['GTIN-13', 'https://x.example/01/6901234567892', GTIN, 'class'],
  ['unit', 'https://x.example/00/169012340000000013', UNIT, 'logistic-unit'],
  ['place', 'https://x.example/414/6901234000016', `${ID}414/6901234000016`, 'place'],
  [
    'invoice',
    'https://x.example/415/6901234000016/8020/R-5',
    `${ID}415/6901234000016/8020/R-5`,
    'document',
  ],
]

const barcodes: readonly Row[] = [
  ['brackets', '(01)06901234567892(21)A-1/7', ITEM, 'instance'],
  ['brackets, lot and dates', '(01)06901234567892(17)271231(10)L-7', `${GTIN}/10/L-7`, 'lot'],
  ['GS1 DataMatrix', `]d2010690123456789221A-1/7${GS}17271231`, ITEM, 'instance'],
  ['GS1 QR Code', ']Q3010690123456789210L-7', `${GTIN}/10/L-7`, 'lot'],
  ['GS1-128', ']C100169012340000000013', UNIT, 'logistic-unit'],
  ['GS1 DataBar', ']e00106901234567892', GTIN, 'class'],
  ['FNC1 without a prefix', `010690123456789210L-7${GS}21A1`, `${GTIN}/21/A1`, 'instance'],
  ['a GMN', '(8013)1987654Ad4X4bL5ttr2310c2K', `${ID}8013/1987654Ad4X4bL5ttr2310c2K`, 'class'],
]

const numbers: readonly Row[] = [
  ['EAN-13', ']E06901234567892', GTIN, 'class'],
  ['ITF-14', ']I106901234567892', GTIN, 'class'],
  ['GTIN-14', '16901234567899', `${ID}01/16901234567899`, 'class'],
  ['GTIN-13, or a GLN', '6901234567892', GTIN, 'class'],
  ['GTIN-12', '690123456787', `${ID}01/00690123456787`, 'class'],
  ['GTIN-8', '69012341', `${ID}01/00000069012341`, 'class'],
  ['SSCC, or a GSRN', '169012340000000013', UNIT, 'logistic-unit'],
  ['GSIN', '69012340000000016', `${ID}402/69012340000000016`, 'logistic-unit'],
]

export const FORMS: readonly FormRow[] = [
  ...rows('epc-urn', 'epcis/urn.test.ts', urns),
  ...rows('digital-link', 'epcis/digital-link.test.ts', links),
  ...rows('element-string', 'epcis/element-string.test.ts', barcodes),
  ...rows('plain-number', 'epcis/understand.test.ts', numbers),
  ...rows('epc-binary', 'epcis/tag/vectors.test.ts', tags),
  ...rows('drug-code', 'epcis/scheme-code.test.ts', [
    ['drug code', '81234560000000000017', 'drugcode:81234560000000000017', 'instance'],
    ['product and level of packing', 'drugcode:8123456', 'drugcode:8123456', 'class'],
    ['lot of such a product', 'drugcode:8123456/10/A1', 'drugcode:8123456/10/A1', 'lot'],
  ]),
  ...rows('social-credit-code', 'epcis/scheme-code.test.ts', [
    ['GB 32100', '91350100M000100Y43', 'uscc:91350100M000100Y43', 'party'],
  ]),
  ...rows('ecode', 'epcis/scheme-code.test.ts', [
    ['GB/T 31866', 'Ecode: 100010010000123', 'ecode:100010010000123', 'other'],
  ]),
  ...rows('handle', 'epcis/scheme-code.test.ts', [
    ['as it is', '88.118.8/batch-7', 'hdl:88.118.8/batch-7', 'other'],
    ['web address', 'https://hdl.handle.net/88.118.8/batch-7', 'hdl:88.118.8/batch-7', 'other'],
  ]),
  ...rows('uri', 'epcis/understand.test.ts', [
    ['any other URI', 'https://shop.example/orders/7', 'https://shop.example/orders/7', 'other'],
  ]),
  ...rows('text', 'epcis/understand.test.ts', [
    ['any other text', 'PAL-0042', 'PAL-0042', 'other'],
  ]),
]
