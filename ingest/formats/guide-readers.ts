/** The guides of readers of tags. */
import type { Guide } from './guide.ts'

const broker = [
  ['broker address', '{host}'],
  ['broker port', '{port}'],
  ['protocol', 'MQTT 3.1.1 over TCP; MQTTS where the server has a certificate'],
  ['user name', '{user}'],
  ['password', '{password}'],
  ['client identifier', '{client}'],
] as const

const hex = '30340789000C0E42DFDC1C35'

export const readerGuides = {
  'impinj-r700': {
    title: 'Impinj R700 and R720',
    channel: 'reads',
    topics: [],
    alongTopics: [],
    isBridged: false,
    settings: [
      ...broker,
      ['interface', 'Impinj IoT device interface'],
      ['event topic', '{topic}'],
      ['event quality of service', 'at least once (1)'],
      ['clean session', 'on'],
      ['preset: event configuration', 'epcHex, antennaPort, peakRssiCdbm, lastSeenTime'],
      ['preset: reporting interval', '1 s, or 0 for every read'],
    ],
    understood:
      'epc, epcHex, tid, tidHex, antennaPort, antennaName, peakRssiCdbm, lastSeenTime, timestamp',
    passedOver: 'hostname, pc, xpcHex, frequency, phase, transmit power; events that are no reads',
    notes: [
      'One event a message, an array of them, or one a line. Where `lastSeenTime` is ' +
        'reported it is the time of the read, else `timestamp`.',
      'The reader keeps its events while the connection is down as far as its buffer ' +
        'goes. What it sends twice is recognised.',
    ],
    sample: {
      topic: '{topic}',
      payload: {
        timestamp: '2026-03-04T08:15:42.113482Z',
        hostname: 'impinj-15-0c-7a',
        eventType: 'tagInventory',
        tagInventoryEvent: {
          epcHex: hex,
          antennaPort: 2,
          antennaName: 'dock-in',
          peakRssiCdbm: -5250,
          lastSeenTime: '2026-03-04T08:15:42.110112Z',
        },
      },
    },
  },
  smartreader: {
    title: 'SmartReader on an Impinj R700, Speedway Connect',
    channel: 'reads',
    topics: [],
    alongTopics: [],
    isBridged: false,
    settings: [
      ...broker,
      ['tag events topic', '{topic}'],
      ['management events topic', '{base}/status'],
      ['metric events topic', '{base}/status'],
      ['quality of service', '1'],
    ],
    understood:
      'tag_reads: epc, firstSeenTimestamp (microseconds), antennaPort, antennaZone, ' +
      'peakRssi, tid',
    passedOver:
      'readerName, mac, site, logicalPointId, txPower, frequency, rfPhase, gpi, ' +
      'tagData…; heartbeats',
    notes: [
      'The reader tells on its management topic how it is, at every connection too, and its will ' +
        'goes there. A topic that is not its own ends its connection.',
    ],
    sample: {
      topic: '{topic}',
      payload: {
        readerName: 'dock',
        mac: '00:16:25:15:0C:7A',
        site: '1',
        tag_reads: [
          {
            epc: hex,
            firstSeenTimestamp: 1772612142110112,
            antennaPort: 1,
            antennaZone: 'Dock 1',
            peakRssi: -48.5,
          },
        ],
      },
    },
  },
  'zebra-fx': {
    title: 'Zebra FX7500, FX9600 and ATR7000 with the IoT Connector',
    channel: 'reads',
    topics: [],
    alongTopics: [],
    isBridged: false,
    settings: [
      ...broker,
      ['data interface: endpoint type', 'MQTT'],
      ['data interface: tag data events topic', '{topic}'],
      ['management events interface: endpoint type', 'MQTT, or none'],
      ['management events interface: topic', '{base}/status'],
      ['quality of service', '1'],
      ['operating mode: report filter', 'duration 0 for every read, or 1 s'],
    ],
    understood: 'timestamp, data: idHex, EPC, antenna, peakRssi, reads, TID, eventNum',
    passedOver: 'MAC, hostName, channel, phase, PC, XPC, CRC, USER, userDefined; management events',
    notes: [
      'Management events (heartbeats, errors) have a topic of their own: one that is not of the ' +
        'reader ends its connection.',
      'The bank `EPC` is read where there is no `idHex`, from the EPC on or with the checksum ' +
        'and the control word before it.',
      'Several objects in one message are taken, in an array or one right behind the other.',
      '`eventNum` tells two reads of one millisecond apart, and which reads never came; it ' +
        'begins again when the reader does.',
    ],
    sample: {
      topic: '{topic}',
      payload: {
        type: 'CUSTOM',
        timestamp: '2026-03-04T08:15:42.651+0000',
        data: {
          eventNum: 20417,
          format: 'epc',
          idHex: hex.toLowerCase(),
          antenna: 1,
          peakRssi: -47,
          reads: 3,
        },
      },
    },
  },
  'zebra-rfd': {
    title: 'Zebra RFD40 and RFD90 sleds',
    channel: 'reads',
    topics: ['{tenant}/DATA/clients/data1event/{serial}'],
    alongTopics: [{ topic: '{tenant}/DATA/clients/rfid/{serial}', channel: 'status' }],
    isBridged: false,
    settings: [
      ...broker,
      ['endpoint type', 'DATA1'],
      ['tenant', '{tenant}'],
      ['first publish topic', '(none)'],
      ['second publish topic (tag data)', 'DATA/clients/data1event'],
      ['third publish topic (connection events)', 'DATA/clients/rfid'],
      ['quality of service', '1'],
    ],
    understood:
      'timestamp, data.tagData: EPCid, EPC, TID, peakRssi, seenCount, eventNum; ' +
      'data.barcodeData: decodedBarcode',
    passedOver: 'symbology, accessResults, phase, channel, USER',
    notes: [
      'The sled puts its tenant before the topic and its serial number behind it, so ' +
        'the whole topic has to be registered for it.',
      'At every connection it says `CONNECTED` (`mqttConnEVT`) on its third topic. With another ' +
        'text there than the one above, that topic has to be registered as well, on the channel ' +
        '`status`, or the sled is thrown off as soon as it has connected.',
      'The sled drops a message of over 6,144 bytes without a word, and says itself ' +
        'that its data are no complete record: for handing over goods prefer a report of ' +
        'few tags at a time. What it dropped shows as missing in `eventNum`.',
    ],
    sample: {
      topic: 'dock/DATA/clients/data1event/RFD40-212735201D0053',
      payload: {
        type: 'inventory',
        timestamp: '2026-03-04T08:15:42.651Z',
        data: { tagData: [{ eventNum: 1, EPCid: hex, peakRssi: -60, seenCount: 7 }] },
      },
    },
  },
} as const satisfies Readonly<Record<string, Guide>>
