/** The guides of sensors, of the servers they speak through, and of tables. */
import type { Guide } from './guide.ts'

const broker = [
  ['server address', '{host}'],
  ['port', '{port}'],
  ['protocol', 'MQTT 3.1.1'],
  ['user name', '{user}'],
  ['password', '{password}'],
  ['client identifier', '{client}'],
] as const

/** Of the counter of a LoRaWAN sensor. */
const frameCounter = (name: string, session: string) =>
  `\`${name}\` tells how many frames of a sensor never came${session}. Among them are frames ` +
  'that a network server keeps to itself, as those with nothing but commands of the network.'

/** How the values of a codec are read, whoever has written it. */
const codecNotes = [
  'Of what a codec has decoded, numbers count, also those written as texts, and words for one of ' +
    'two states. A name says what is measured, its unit and which of several: `temperature_2`, ' +
    '`TempC_SHT`, `BatV`, `air_temperature: {"value": 4.5, "unit": "°C"}`, ' +
    '`temperatureSensor: {"3": 4.5}`. The channel is the component. Any other name is a type by ' +
    'itself, without a unit. `history` is a list of values with a `timestamp` each, `messages` ' +
    'that of SenseCAP; another list with numbers is refused (`list_unknown`), the rest is kept.',
  'A bare name has a unit only where all makers mean the same one: `temperature` is °C and ' +
    '`humidity` %, and what they cannot be is refused (`value_implausible`; `value_malformed` ' +
    'where it is no number); `batteryLevel` is % where it is a whole number up to 100, ' +
    '`barometric_pressure` hPa where it is one of the air. `battery`, `voltage` and `pressure` ' +
    'have none; the battery of a sensor of Milesight, by its DevEUI, is in %. What a name means ' +
    'with your sensors is declared with the device: `fields`, or `devices add --field ' +
    'T1=Temperature,CEL`.',
]

export const sensorGuides = {
  'sparkplug-b': {
    title: 'Sparkplug B edge nodes',
    channel: 'telemetry',
    topics: ['spBv1.0/{group}/+/{node}', 'spBv1.0/{group}/+/{node}/+'],
    alongTopics: [],
    isBridged: false,
    settings: [
      ...broker,
      ['group', '{group}'],
      ['edge node', '{node}'],
      ['primary host', 'suyuan'],
    ],
    understood:
      'births, data and deaths of the node and its devices; names, aliases, types, ' +
      'engUnit; numbers and booleans; is_historical, is_null, timestamps; bdSeq, seq; payloads ' +
      'compressed by GZIP or DEFLATE',
    passedOver:
      'is_transient metrics, texts, data sets, templates, files, Node Control/…, Properties/…; ' +
      'STATE of other hosts',
    notes: [
      'Whether this server is there stands on `spBv1.0/STATE/suyuan`, retained: an edge node ' +
        'that names `suyuan` its primary host keeps what it measures while it is away. Behind ' +
        'another broker the bridge says so for the name it has as `sparkplugHost`.',
      'Data and births are of QoS 0: what is lost on the way shows as a gap in `seq`, of ' +
        'which up to 127 messages are told, so all topics of the node have to be here. ' +
        'The node is then asked for its births on `spBv1.0/{group}/NCMD/{node}`, at most ' +
        'twice a minute, which it may subscribe to.',
      'What an alias means is remembered with the births, and survives a restart. A ' +
        'component is the name of its metric, with that of the Sparkplug device before ' +
        'it.',
      'What no birth of this session has named is refused as `birth_missing`, and the node is ' +
        'asked for its births: neither its unit nor its type is known. The death of the node ' +
        'ends its session. The births of its devices come behind its own.',
      'Historical metrics are stored under the times that they bear, as readings that came late; ' +
        'one without a time of its own is refused. Of a historical and another value of one ' +
        'moment in a message, the other stands. Transient metrics are not stored.',
      'A compressed payload (`SPBV1.0_COMPRESSED`, as Eclipse Tahu writes it) is unpacked up to ' +
        '8 MiB.',
    ],
    sample: undefined,
  },
  'chirpstack-v4': {
    title: 'ChirpStack v4',
    channel: 'telemetry',
    topics: [
      'application/{application id}/device/+/event/up',
      'application/{application id}/device/+/event/status',
    ],
    alongTopics: [],
    isBridged: true,
    settings: [
      [
        'here: file of BRIDGES',
        '{"url": "mqtts://…", "version": 5, "device": "{user}", "topics": {topics}}',
      ],
      ['[integration.mqtt] json', 'true'],
      ['[integration.mqtt] qos', '1'],
    ],
    understood:
      'up: time, deviceInfo.devEui, object, data with a codec, fCnt, devAddr; ' +
      'status: batteryLevel',
    passedOver: 'rxInfo, txInfo, tags, names; join, ack, txack, log, location',
    notes: [
      'ChirpStack needs a broker of MQTT 5 of its own; a bridge takes its messages from ' +
        'there and acknowledges them when they are on disk. Its QoS is 0 unless set, and what ' +
        'comes so while the bridge is away is lost.',
      'A sensor with a topic of its own is registered as a device. A topic with `+` is ' +
        'registered for the server, and its `sensors` list which DevEUI has which key; a ' +
        'sensor that is not listed is a component of the server by its DevEUI.',
      'A message whose deviceInfo names another DevEUI than its topic is refused.',
      ...codecNotes,
      frameCounter('fCnt', '; it begins anew with another `devAddr`'),
    ],
    sample: {
      topic: 'application/7f/device/24e124136b502217/event/up',
      payload: {
        deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
        time: '2026-03-04T08:15:42.123456789+00:00',
        deviceInfo: { devEui: '24e124136b502217', deviceName: 'fridge' },
        fPort: 85,
        object: { temperature: 4.5, humidity: 60 },
      },
    },
  },
  'tts-v3': {
    title: 'The Things Stack v3',
    channel: 'telemetry',
    topics: ['v3/{application}@{tenant}/devices/+/up'],
    alongTopics: [],
    isBridged: true,
    settings: [
      [
        'here: file of BRIDGES',
        '{"url": "mqtts://…:8883", "version": 4, "device": "{user}", "username": ' +
          '"{application}@{tenant}", "password": "NNSXS.…", "topics": {topics}}',
      ],
      ['the password', 'an API key of the application with the right to read its traffic'],
    ],
    understood:
      'end_device_ids: device_id, dev_eui; uplink_message: received_at, normalized_payload, ' +
      'decoded_payload, frm_payload with a codec, f_cnt, session_key_id',
    passedOver: 'rx_metadata, settings, locations, version_ids; other topics',
    notes: [
      'A topic with `+` is registered for the server, and its `sensors` list which sensor has ' +
        'which key, by its device id or its DevEUI; one that is not listed is a component of the ' +
        'server by its device id.',
      'The server hands out QoS 0 only: what it sends while the bridge is away is lost there.',
      'An uplink that was typed in for a trial (`simulated`) is refused.',
      'What `normalized_payload` says is taken in the units of its schema, and not once more ' +
        'from `decoded_payload`, of which the rest is kept.',
      ...codecNotes,
      frameCounter('f_cnt', '; it begins anew with another `session_key_id`'),
    ],
    sample: {
      topic: 'v3/chain@ttn/devices/fridge-1/up',
      payload: {
        end_device_ids: { device_id: 'fridge-1', dev_eui: '24E124136B502217' },
        uplink_message: {
          f_port: 85,
          f_cnt: 3,
          decoded_payload: { temperature: -18.5 },
          received_at: '2026-03-04T08:15:42.1Z',
        },
      },
    },
  },
  'milesight-gateway': {
    title: 'Milesight UG gateways and their sensors',
    channel: 'telemetry',
    topics: [],
    alongTopics: [],
    isBridged: false,
    settings: [
      ...broker,
      ['application: data transmission', 'MQTT'],
      ['uplink data topic', '{topic}'],
      ['quality of service', '1'],
    ],
    understood:
      'devEUI (as a name only), time, object or values beside it, data with a codec, fCnt',
    passedOver: 'rxInfo, txInfo, names, metadata',
    notes: [
      'The DevEUI stands in the message alone, so it names a sensor only where the ' +
        'registry lists it for this gateway (`sensors`); every other one is a component ' +
        'of the gateway.',
      'Where the gateway has no codec, the registry names one for the bytes: `milesight-tlv` ' +
        'of EM300-TH and EM320-TH, `milesight-em300-mcs` of EM300-MCS, `milesight-ts101` of ' +
        'TS101, `milesight-ts30x` of TS301 and TS302. They read `01 75` battery %, `03 67` ' +
        'temperature, `83 67` and `93 d7` the same with an alarm, `04 68` humidity, ' +
        '`06 00` door, and `20 ce` history with its own time, which models ' +
        'write in different lengths. What a sensor says of itself when it joins ' +
        '(`ff …`) and its answers to commands (`fe …`, `ff …`) are passed over. ' +
        'Anything else ends the message there, and is refused.',
      ...codecNotes,
      frameCounter('fCnt', ''),
    ],
    sample: {
      topic: '{topic}',
      payload: {
        applicationID: 1,
        devEUI: '24e124136b502217',
        deviceName: 'fridge',
        fPort: 85,
        data: 'AXVcA2c0AQRoZQ==',
        time: '2026-03-04T08:15:42Z',
      },
    },
  },
  shelly: {
    title: 'Shelly H&T, generations 2 and 3',
    channel: 'telemetry',
    topics: ['{device id}/events/rpc'],
    alongTopics: [
      { topic: '{device id}/online', channel: 'status' },
      { topic: '{device id}/status/+', channel: 'telemetry' },
    ],
    isBridged: false,
    settings: [
      ['server', '{host}:{port}'],
      ['username', '{user}'],
      ['password', '{password}'],
      ['client ID', '{device id}'],
      ['MQTT prefix', '{device id}'],
      ['RPC status notifications over MQTT', 'on'],
      ['generic status update over MQTT', 'off, or on as well: both are taken'],
    ],
    understood:
      'NotifyStatus, NotifyFullStatus: temperature, humidity, devicepower, voltmeter, ' +
      'illuminance, input, bthomesensor, bthomedevice, their errors, ts',
    passedOver: 'src, dst, wifi, other components, NotifyEvent; online',
    notes: [
      'The device says that it is online on `{device id}/online` at every connection, so that ' +
        'this topic has to be registered too: a topic that is not its own ends its connection. ' +
        'Its subscriptions for commands are refused, which does no harm.',
      'A probe that is broken (`errors`, or no value at all) is refused as `measurement_failed`. ' +
        'What a sensor of BTHome measures stands in the settings of the device alone: its number ' +
        'is kept as type `bthomesensor` without a unit.',
      'A device that wakes up without a clock (`unixtime` is null) is not believed ' +
        'about the time: its readings are of the moment they came.',
    ],
    sample: {
      topic: 'shellyhtg3-84fce63ad204/events/rpc',
      payload: {
        src: 'shellyhtg3-84fce63ad204',
        dst: 'x/events',
        method: 'NotifyFullStatus',
        params: {
          ts: 1772612142.25,
          'temperature:0': { id: 0, tC: 4.5, tF: 40.1 },
          'humidity:0': { id: 0, rh: 61.2 },
          sys: { unixtime: 1772612142 },
        },
      },
    },
  },
  senml: {
    title: 'SenML',
    channel: 'telemetry',
    topics: [],
    alongTopics: [],
    isBridged: false,
    settings: [...broker, ['topic', '{topic}'], ['quality of service', '1']],
    understood: 'n, u, v, vb, s, t and their base fields, versions 10 and 26',
    passedOver: 'ut, and labels that need not be understood',
    notes: [
      'The channel `telemetry` takes SenML without a format as well.',
      'A message is one pack, one a line, or one right behind the other. Records that stand ' +
        'outside a list, one a line, are one pack together.',
      'Times are in seconds: milliseconds are refused by name, and so are times before 2010.',
    ],
    sample: {
      topic: '{topic}',
      payload: [{ bn: 'fridge/', n: 'inside', u: 'Cel', v: 4.5, t: 1772612142 }],
    },
  },
  csv: {
    title: 'Tables (CSV)',
    channel: 'telemetry',
    topics: [],
    alongTopics: [],
    isBridged: false,
    settings: [...broker, ['topic', '{topic}'], ['quality of service', '1']],
    understood:
      'reads: epc, time, antenna, antennaName, rssi, count, tid, eventNum; readings: ' +
      'time, type, value, uom, component; or a column a measure, such as `temperature`, ' +
      '`Temperature °C`, `温度(℃)`, `Humidity 2` or `probe 2 [°C]`',
    passedOver: 'other columns',
    notes: [
      'Commas, semicolons or tabs, quotes as in RFC 4180, a line of names first. Where ' +
        'semicolons or tabs divide the fields, a comma may divide the decimals.',
      'The time stands in a column `time`, `timestamp`, `date/time`, `datetime`, `时间`, ' +
        '`日期时间`, `采集时间`, `记录时间` or the like, or in `date` and `time` (`日期` and ' +
        '`时间`) together; what stands in brackets behind the name does not matter, but for an ' +
        'offset: `Time (UTC+8)`. Times have an offset or a Z; those without are of that of the ' +
        'heading, or of the `timeZoneOffset` of the binding, and refused where both are silent. ' +
        'A date begins with its year, as 2026-03-04 or 2026/3/4: any other one is refused, as it ' +
        'may be read in two ways.',
      'A table of more than one line without such a column is refused as `csv_time_missing`, and ' +
        'so is one line that has something like a time elsewhere. A table of reads may leave the ' +
        'time out where all its columns are known: its reads are of the moment it came.',
      'A column that is called like a measurement and is not understood (`Temperature MAX`) is ' +
        'told as `csv_column_unknown` where it has numbers; the others are kept.',
      'A line with another number of fields is refused by itself, and so is a value that is no ' +
        'number or has an unknown unit; fields that are empty, `-` or `n/a` are none.',
      'A table of reads needs a binding, and may come on the topic `reads` as well.',
    ],
    sample: {
      topic: '{topic}',
      payload: 'time,temperature,probe 2 [°C]\n2026-03-04T08:15:42Z,4.5,-18\n',
    },
  },
} as const satisfies Readonly<Record<string, Guide>>
