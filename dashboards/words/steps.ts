/** Business steps of the CBV, as people call them. */
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

/** A step without a name here is told as it is. */
export function stepText(step: string, language: Language): string {
  const [zh, en] = STEPS[step] ?? [step, step]
  return language === 'zh' ? zh : en
}
