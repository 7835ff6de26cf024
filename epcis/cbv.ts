/**
 * Words of the Core Business Vocabulary 2.0, as EPCIS-JSON-Schema lists them, and their spellings:
 * bare ('shipping', what JSON uses), CURIE (`cbv:BizStep-shipping`), web URI
 * (`https://ref.gs1.org/cbv/BizStep-shipping`) and URN (`urn:epcglobal:cbv:bizstep:shipping`).
 */

export const BIZ_STEPS: ReadonlySet<string> = words(`
  accepting arriving assembling collecting commissioning consigning creating_class_instance
  cycle_counting decommissioning departing destroying disassembling dispensing encoding
  entering_exiting holding inspecting installing killing loading other packing picking receiving
  removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting
  shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
  void_shipping`)

export const DISPOSITIONS: ReadonlySet<string> = words(`
  active available completeness_inferred completeness_verified conformant container_closed
  container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
  inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement no_pedigree_match
  non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned
  sellable_accessible sellable_not_accessible stolen unavailable unknown`)

export const BIZ_TRANSACTION_TYPES: ReadonlySet<string> = words(`
  bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt`)

export const SOURCE_DESTINATION_TYPES: ReadonlySet<string> = words(`
  owning_party possessing_party location`)

export const ERROR_REASONS: ReadonlySet<string> = words('did_not_occur incorrect_data')

export const SENSOR_COMPONENTS: ReadonlySet<string> = words(`
  x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing
  latitude longitude altitude`)

export const SENSOR_EXCEPTIONS: ReadonlySet<string> = words('ALARM_CONDITION ERROR_CONDITION')

export const MEASUREMENT_TYPES: ReadonlySet<string> = words(`
  AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
  AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area
  Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate
  DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength
  Energy Exposure Force Frequency Illuminance Inductance Irradiance KinematicViscosity Length
  LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity
  MagneticVectorPotential Mass MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity
  MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity
  Radioactivity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume Speed
  SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate
  VolumeFraction VolumetricFlux Wavenumber`)

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/))
}

/** Where the words of one vocabulary live: the full URI is `base` and the word. */
export interface Vocabulary {
  readonly words: ReadonlySet<string>
  readonly base: string
}

export const VOCABULARIES = {
  bizStep: { words: BIZ_STEPS, base: 'https://ref.gs1.org/cbv/BizStep-' },
  disposition: { words: DISPOSITIONS, base: 'https://ref.gs1.org/cbv/Disp-' },
  bizTransactionType: { words: BIZ_TRANSACTION_TYPES, base: 'https://ref.gs1.org/cbv/BTT-' },
  sourceDestinationType: { words: SOURCE_DESTINATION_TYPES, base: 'https://ref.gs1.org/cbv/SDT-' },
  errorReason: { words: ERROR_REASONS, base: 'https://ref.gs1.org/cbv/ER-' },
  component: { words: SENSOR_COMPONENTS, base: 'https://ref.gs1.org/cbv/Comp-' },
  measurementType: { words: MEASUREMENT_TYPES, base: 'https://gs1.org/voc/' },
  exception: { words: SENSOR_EXCEPTIONS, base: 'https://gs1.org/voc/' },
} as const satisfies Record<string, Vocabulary>

/** URN of CBV 1.x -> web URI, for the vocabularies that had one. */
const URN_BASES = new Map([
  ['bizstep', VOCABULARIES.bizStep.base],
  ['disp', VOCABULARIES.disposition.base],
  ['btt', VOCABULARIES.bizTransactionType.base],
  ['sdt', VOCABULARIES.sourceDestinationType.base],
  ['er', VOCABULARIES.errorReason.base],
])

const URN = /^urn:epcglobal:cbv:([a-z]+):([A-Za-z0-9_]+)$/
const SPELLED_OUT =
  /^(?:(?:cbv:|https?:\/\/(?:ref|ns)\.gs1\.org\/cbv\/)(?:BizStep|Disp|BTT|SDT|ER|Comp)-|gs1:|https?:\/\/(?:www\.)?gs1\.org\/voc\/)([A-Za-z0-9_]+)$/

/** The bare word of any spelling of a CBV or sensor word; anything else comes back unchanged. */
export function bareWord(value: string): string {
  if (!value.includes(':')) return value
  const urn = URN.exec(value)
  if (urn?.[1] && urn[2] && URN_BASES.has(urn[1])) return urn[2]
  return SPELLED_OUT.exec(value)?.[1] ?? value
}

/** The web URI of a bare word of the vocabulary; a word it does not have comes back unchanged. */
export function spellOut(word: string, vocabulary: Vocabulary): string {
  return vocabulary.words.has(word) ? vocabulary.base + word : word
}

/** The web URI of a CBV 1.x URN; anything else comes back unchanged. */
export function modernWord(value: string): string {
  if (!value.startsWith('urn:epcglobal:cbv:')) return value
  const parts = URN.exec(value)
  const base = parts?.[1] && URN_BASES.get(parts[1])
  return base ? base + parts[2] : value
}
