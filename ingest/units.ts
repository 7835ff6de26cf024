/**
 * SenML units [RFC 8428 12.1, RFC 8798] as UN/ECE Rec. 20 codes, with the EPCIS measurement type
 * where the unit alone tells it. A unit that has no code in Rec. 20 is not here: it is refused, since
 * a value whose unit is lost is worth nothing.
 */

export interface Unit {
  /** UN/ECE Rec. 20. */
  readonly uom: string
  /** EPCIS measurement type; undefined where the name of the record has to tell it. */
  readonly type?: string
}

const table: Readonly<Record<string, Unit>> = {
  m: { uom: 'MTR', type: 'Length' },
  kg: { uom: 'KGM', type: 'Mass' },
  g: { uom: 'GRM', type: 'Mass' },
  s: { uom: 'SEC', type: 'Time' },
  A: { uom: 'AMP', type: 'ElectricCurrent' },
  K: { uom: 'KEL', type: 'Temperature' },
  cd: { uom: 'CDL', type: 'LuminousIntensity' },
  mol: { uom: 'C34', type: 'AmountOfSubstance' },
  Hz: { uom: 'HTZ', type: 'Frequency' },
  rad: { uom: 'C81', type: 'Angle' },
  sr: { uom: 'D27', type: 'SolidAngle' },
  N: { uom: 'NEW', type: 'Force' },
  Pa: { uom: 'PAL', type: 'Pressure' },
  J: { uom: 'JOU', type: 'Energy' },
  W: { uom: 'WTT', type: 'Power' },
  C: { uom: 'COU', type: 'ElectricCharge' },
  V: { uom: 'VLT', type: 'Voltage' },
  F: { uom: 'FAR', type: 'Capacitance' },
  Ohm: { uom: 'OHM', type: 'Resistance' },
  S: { uom: 'SIE', type: 'Conductance' },
  Wb: { uom: 'WEB', type: 'MagneticFlux' },
  T: { uom: 'D33', type: 'MagneticFluxDensity' },
  H: { uom: '81', type: 'Inductance' },
  Cel: { uom: 'CEL', type: 'Temperature' },
  lm: { uom: 'LUM', type: 'LuminousFlux' },
  lx: { uom: 'LUX', type: 'Illuminance' },
  Bq: { uom: 'BQL', type: 'Radioactivity' },
  Gy: { uom: 'A95', type: 'AbsorbedDose' },
  Sv: { uom: 'D13', type: 'DoseEquivalent' },
  kat: { uom: 'KAT' },
  m2: { uom: 'MTK', type: 'Area' },
  m3: { uom: 'MTQ', type: 'Volume' },
  l: { uom: 'LTR', type: 'Volume' },
  'm/s': { uom: 'MTS', type: 'Speed' },
  'm/s2': { uom: 'MSK', type: 'Acceleration' },
  'm3/s': { uom: 'MQS', type: 'VolumeFlowRate' },
  'l/s': { uom: 'G51', type: 'VolumeFlowRate' },
  'W/m2': { uom: 'D54', type: 'Irradiance' },
  'cd/m2': { uom: 'A24', type: 'Luminance' },
  bit: { uom: 'A99', type: 'MemoryCapacity' },
  B: { uom: 'AD', type: 'MemoryCapacity' },
  'bit/s': { uom: 'B10' },
  lat: { uom: 'DD', type: 'Angle' },
  lon: { uom: 'DD', type: 'Angle' },
  deg: { uom: 'DD', type: 'Angle' },
  pH: { uom: 'Q30' },
  dB: { uom: '2N' },
  Bspl: { uom: 'M72' },
  count: { uom: 'C62', type: 'Count' },
  '/': { uom: 'C62', type: 'Dimensionless' },
  '%': { uom: 'P1' },
  '%RH': { uom: 'P1', type: 'RelativeHumidity' },
  '%EL': { uom: 'P1' },
  EL: { uom: 'SEC' },
  '1/s': { uom: 'C97', type: 'Frequency' },
  '1/min': { uom: 'C94', type: 'Frequency' },
  'beat/min': { uom: 'BPM', type: 'Frequency' },
  beats: { uom: 'C62', type: 'Count' },
  'S/m': { uom: 'D10', type: 'Conductivity' },
  VA: { uom: 'D46', type: 'Power' },
  var: { uom: 'D44', type: 'Power' },
  'J/m': { uom: 'B12' },
  'kg/m3': { uom: 'KMQ', type: 'Density' },
  ms: { uom: 'C26', type: 'Time' },
  min: { uom: 'MIN', type: 'Time' },
  h: { uom: 'HUR', type: 'Time' },
  MHz: { uom: 'MHZ', type: 'Frequency' },
  kW: { uom: 'KWT', type: 'Power' },
  kVA: { uom: 'KVA', type: 'Power' },
  kvar: { uom: 'KVR', type: 'Power' },
  Ah: { uom: 'AMH', type: 'ElectricCharge' },
  Wh: { uom: 'WHR', type: 'Energy' },
  kWh: { uom: 'KWH', type: 'Energy' },
  'Mbit/s': { uom: 'E20' },
  mV: { uom: '2Z', type: 'Voltage' },
  mA: { uom: '4K', type: 'ElectricCurrent' },
  dBm: { uom: 'DBM' },
  'ug/m3': { uom: 'GQ', type: 'MassConcentration' },
  'mg/l': { uom: 'M1', type: 'MassConcentration' },
  'g/l': { uom: 'GL', type: 'MassConcentration' },
  'mm/h': { uom: 'H67', type: 'Speed' },
  ppm: { uom: '59' },
  ppb: { uom: '61' },
  '/100': { uom: 'P1', type: 'Dimensionless' },
  hPa: { uom: 'A97', type: 'Pressure' },
  mm: { uom: 'MMT', type: 'Length' },
  cm: { uom: 'CMT', type: 'Length' },
  km: { uom: 'KMT', type: 'Length' },
  'km/h': { uom: 'KMH', type: 'Speed' },
}

const units = new Map(Object.entries(table))

/** The unit of a SenML symbol; undefined where Rec. 20 has no code for it. */
export function unitOf(symbol: string): Unit | undefined {
  return units.get(symbol)
}
