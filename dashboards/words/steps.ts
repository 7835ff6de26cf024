/** Business steps and dispositions of the CBV, as people call them. */
import type { Language } from './language.ts'

const STEPS: Readonly<Record<string, readonly [string, string]>> = {
  accepting: ['验收', 'Accepting'],
  arriving: ['到达', 'Arriving'],
  assembling: ['组装', 'Assembling'],
  collecting: ['收集', 'Collecting'],
  commissioning: ['生产赋码', 'Commissioning'],
  consigning: ['托运', 'Consigning'],
  creating_class_instance: ['生产', 'Production'],
  cycle_counting: ['盘点', 'Cycle count'],
  decommissioning: ['注销', 'Decommissioning'],
  departing: ['离开', 'Departing'],
  destroying: ['销毁', 'Destroying'],
  disassembling: ['拆解', 'Disassembling'],
  dispensing: ['发放', 'Dispensing'],
  encoding: ['写码', 'Encoding'],
  entering_exiting: ['进出', 'Entering or exiting'],
  holding: ['扣留', 'Holding'],
  inspecting: ['检查', 'Inspecting'],
  installing: ['安装', 'Installing'],
  killing: ['屠宰', 'Slaughter'],
  loading: ['装车', 'Loading'],
  other: ['其他操作', 'Other step'],
  packing: ['包装', 'Packing'],
  picking: ['拣货', 'Picking'],
  receiving: ['收货', 'Receiving'],
  removing: ['移除', 'Removing'],
  repackaging: ['换包装', 'Repackaging'],
  repairing: ['修理', 'Repairing'],
  replacing: ['更换', 'Replacing'],
  reserving: ['预留', 'Reserving'],
  retail_selling: ['零售', 'Sale'],
  sampling: ['取样', 'Sampling'],
  sensor_reporting: ['传感器记录', 'Sensor report'],
  shipping: ['发货', 'Shipping'],
  staging_outbound: ['备货', 'Staging'],
  stock_taking: ['盘点', 'Stock taking'],
  stocking: ['上架', 'Stocking'],
  storing: ['入库', 'Storing'],
  transporting: ['运输', 'Transport'],
  unloading: ['卸车', 'Unloading'],
  unpacking: ['拆包', 'Unpacking'],
  void_shipping: ['取消发货', 'Shipping voided'],
}

/** What happened, where an event names no step. */
const EVENTS: Readonly<Record<string, readonly [string, string]>> = {
  ObjectEvent: ['观察', 'Observed'],
  AggregationEvent: ['装拆', 'Packed or unpacked'],
  TransactionEvent: ['单据', 'Transaction'],
  TransformationEvent: ['加工', 'Transformed'],
  AssociationEvent: ['关联', 'Attached'],
}

const DISPOSITIONS: Readonly<Record<string, readonly [string, string]>> = {
  active: ['有效', 'active'],
  available: ['可用', 'available'],
  completeness_inferred: ['推定完整', 'completeness inferred'],
  completeness_verified: ['核实完整', 'completeness verified'],
  conformant: ['合格', 'conformant'],
  container_closed: ['容器已关', 'container closed'],
  container_open: ['容器已开', 'container open'],
  damaged: ['损坏', 'damaged'],
  destroyed: ['已销毁', 'destroyed'],
  dispensed: ['已发放', 'dispensed'],
  disposed: ['已处置', 'disposed of'],
  encoded: ['已写码', 'encoded'],
  expired: ['过期', 'expired'],
  in_progress: ['处理中', 'in progress'],
  in_transit: ['在途', 'in transit'],
  inactive: ['失效', 'inactive'],
  mismatch_class: ['品种不符', 'class differs'],
  mismatch_instance: ['单件不符', 'item differs'],
  mismatch_quantity: ['数量不符', 'quantity differs'],
  needs_replacement: ['待更换', 'needs replacement'],
  no_pedigree_match: ['来源不符', 'no pedigree match'],
  non_conformant: ['不合格', 'not conformant'],
  non_sellable_other: ['不可销售', 'not sellable'],
  partially_dispensed: ['部分发放', 'partially dispensed'],
  recalled: ['已召回', 'recalled'],
  reserved: ['已预留', 'reserved'],
  retail_sold: ['已售出', 'sold'],
  returned: ['已退货', 'returned'],
  sellable_accessible: ['在售', 'on sale'],
  sellable_not_accessible: ['可售未上架', 'sellable, not on display'],
  stolen: ['被盗', 'stolen'],
  unavailable: ['不可用', 'unavailable'],
  unknown: ['状态不明', 'unknown'],
}

/** A disposition of the CBV; one without a name here is told as it is. */
export function dispositionText(disposition: string, language: Language): string {
  const [zh, en] = DISPOSITIONS[disposition] ?? [disposition, disposition]
  return language === 'zh' ? zh : en
}

/** A step without a name here is told as it is. */
export function stepText(step: string, language: Language): string {
  const [zh, en] = STEPS[step] ?? EVENTS[step] ?? [step, step]
  return language === 'zh' ? zh : en
}
