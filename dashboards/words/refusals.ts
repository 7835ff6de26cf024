/**
 * Messages of the server that come in English with a stable code, for readers of Chinese: why a
 * message of a device was refused, and what was noticed about a code that was scanned.
 */
import type { Language } from './language.ts'

const CHINESE: Readonly<Record<string, string>> = {
  json_malformed: '报文不是 UTF-8 编码的 JSON。',
  nested_too_deep: '对象和列表嵌套超过 64 层。',
  too_many_members: '一个事件的列表成员合计超过 100,000 个。',
  value_too_long: '标识超过 2,048 个字符。',
  context_malformed: '@context 既不是 URI 或对象，也不是它们的列表。',
  event_type_unknown: '类型不是五种事件之一，也不是 EPCIS 文档。',
  field_missing: '缺少必填字段。',
  field_unknown: '标准在此处没有这个字段；扩展字段写作 前缀:名称。',
  type_wrong: '值的 JSON 类型不对。',
  word_unknown: '值既不是标准规定的词，也不是其他词表的 URI。',
  uri_malformed: '值不是绝对 URI。',
  time_invalid: '时间不是 1970 至 2200 年间带时区的 RFC 3339 格式。',
  offset_invalid: '时区偏移不是 -14:00 至 +14:00 之间的 ±hh:mm。',
  value_malformed: '值不符合此字段规定的形式。',
  list_empty: '列表至少要有一个成员。',
  value_repeated: '不允许重复的列表中有重复值。',
  what_missing: '事件没有说明涉及什么货物。',
  parent_missing: '只有动作为 OBSERVE 时才可以不写 parentID。',
  ilmd_not_allowed: '只有动作为 ADD 的 ObjectEvent 才带 ilmd。',
  transformation_incomplete: '加工事件要写明投料和产出，或写 transformationID 和其中之一。',
  topic_unmapped: '设备没有此主题的通道。',
  reads_not_supported: '标签读数须由设备的绑定转成事件，而它没有绑定。',
  binding_unusable: '设备的绑定所生成的事件不被接受。',
  too_many_parts: '一条报文超过 20,000 个事件或读数。',
  not_one_event: '这种提交方式一次只收一个事件。',
  senml_version: '同一包记录须全为 SenML 第 10 版，或全为第 26 版。',
  senml_not_understood: '标签以 _ 结尾的字段必须被理解，而这里不认识它。',
  senml_name: '名称最多 200 个字符，限 A-Z a-z 0-9 - : . / _，且以字母或数字开头。',
  senml_value: '记录须有数值 v、布尔 vb 或总和 s；文字和数据不保存。',
  unit_unknown: '单位没有已知的 UN/ECE 第 20 号建议书代码。',
  format_malformed: '报文不符合设备登记的格式。',
  read_epc_malformed: '读数的 EPC 既不是十六进制，也不是整字节的 base64。',
  read_epc_contradicts: '读数的 EPC 给了两次，且不一致。',
  sender_contradicts: '报文写明的发送方与主题不一致。',
  reading_simulated: '读数是人工编造的，不是实测。',
  codec_missing: '传感器字节需要编解码器，而设备没有登记。',
  sensor_bytes_malformed: '传感器字节过短，或含有编解码器不认识的内容。',
  list_unknown: '列表中有数值，却没有说明测的是什么。',
  value_implausible: '按名称通常所指的单位，该数值不可能成立。',
  protobuf_malformed: '报文不是此格式的 Protocol Buffers 消息。',
  compressed_malformed: '报文声明已压缩，但无法解压。',
  compressed_too_large: '压缩报文解压后超过 8 MiB。',
  birth_missing: '尚无 birth 报文说明其含义：已请求节点重新发送。',
  measurement_failed: '传感器自报未能测得此值。',
  csv_malformed: '首行没有已知的列名，或某行的列数不同。',
  csv_time_missing: '没有已知的时间列，而各行并非都是收到时测得。',
  csv_column_unknown: '某列为数字且名称像测量值，但无法确定其含义。',
  event_id_conflict: '已存有同一标识而内容不同的事件。',
  store_refused: '保存事件和读数的数据库永远不会接受这一条。',
  event_time_in_future: 'eventTime 比收到时间晚 24 小时以上。',
  reading_time_in_future: '读数时间比收到时间晚 24 小时以上。',
  clock_not_set: '时间早于 2010 年：设备的时钟没有校准。',
  check_digit: '校验位错误。',
  identifier_malformed: '开头像 GS1 编码，而形式不符。',
  sensor_time_after_event: '传感器读数晚于其事件的 eventTime。',
  prefix_undeclared: '扩展字段所用的前缀没有在 @context 中声明。',
  social_credit_check: '统一社会信用代码的校验码错误。',
  drug_code_unusual: '形式像药品追溯码，但不以 8 开头。',
  tag_unknown: '标签中没有这里认识的 EPC，按原样保留。',
  tag_data: 'EPC 之后的数据未能读完。',
  ai_pair_missing: '某个应用标识符缺少必须与之同在的另一个。',
  ai_pair_excluded: '两个互斥的应用标识符同时出现。',
  ai_date: '日期不存在。',
  ai_content: '值的长度正确，内容却不合其含义。',
  link_order: '链接中限定符的顺序不合标准。',
  link_attribute: '链接在编码之外的内容形式不符，已略去。',
  separator_missing: '值可能提前结束：其后可能缺分隔符。',
  names_content: '它指物流单元里的货物，不是物流单元本身。',
  made_to_order: '此 GTIN 属于定制商品。',
  internal: '此应用标识符只供企业内部使用。',
  fullwidth_folded: '全角字符已按半角读取。',
  blanks_removed: '已略去空格。',
  hyphens_removed: '已略去连字符。',
  quotes_removed: '已略去两端的引号。',
  case_changed: '大小写已转换。',
  base64_read: '按标签内容的 base64 读取。',
}

/**
 * What a code means, with what was found; in English, or where the code has no text here, the
 * message as it came.
 */
export function refusalText(code: string, message: string, language: Language): string {
  const chinese = language === 'zh' ? CHINESE[code] : undefined
  if (chinese === undefined) return message
  const found = / Found (.+)\.$/s.exec(message)?.[1]
  return found === undefined ? chinese : `${chinese}实为：${found}`
}
