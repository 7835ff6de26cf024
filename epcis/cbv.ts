/**
 * Words of the Core Business Vocabulary 2.0, as EPCIS-JSON-Schema lists them, and their spellings:
 * bare ('shipping', what JSON uses), CURIE (`cbv:BizStep-shipping`), web URI
 * (`https://ref.gs1.org/cbv/BizStep-shipping`) and URN (`urn:epcglobal:cbv:bizstep:shipping`).
 */

/** Words of one vocabulary; the full URI of a word is `base` and the word. */
export interface Vocabulary {
  readonly base: string
  readonly words: ReadonlySet<string>
}

export const VOCABULARIES = {
  bizStep: vocabulary(
    'https://ref.gs1.org/cbv/BizStep-',
    `
    accepting arriving assembling collecting commissioning consigning creating_class_instance
    cycle_counting decommissioning departing destroying disassembling dispensing encoding
    entering_exiting holding inspecting installing killing loading other packing picking receiving
    removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting
    shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
    void_shipping`,
  ),
  disposition: vocabulary(
    'https://ref.gs1.org/cbv/Disp-',
    `
    active available completeness_inferred completeness_verified conformant container_closed
    container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
    inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement no_pedigree_match
    non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned
    sellable_accessible sellable_not_accessible stolen unavailable unknown`,
  ),
  bizTransactionType: vocabulary(
    'https://ref.gs1.org/cbv/BTT-',
    `
    bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt`,
  ),
  sourceDestinationType: vocabulary(
    'https://ref.gs1.org/cbv/SDT-',
    'owning_party possessing_party location',
  ),
  errorReason: vocabulary('https://ref.gs1.org/cbv/ER-', 'did_not_occur incorrect_data'),
  component: vocabulary(
    'https://ref.gs1.org/cbv/Comp-',
    `
    x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting
    northing latitude longitude altitude`,
  ),
  measurementType: vocabulary(
    'https://gs1.org/voc/',
    `
    AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
    AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area
    Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent
    DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity
    ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance
    KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux
    MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
    MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power
    Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity
    SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage
    Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber`,
  ),
  exception: vocabulary('https://gs1.org/voc/', 'ALARM_CONDITION ERROR_CONDITION'),
}

function vocabulary(base: string, words: string): Vocabulary {
  return { base, words: new Set(words.trim().split(/\s+/)) }
}

/** URN of CBV 1.x -> web URI, for the vocabularies that had one. */
const URN_BASES = new Map([
  ['bizstep', VOCABULARIES.bizStep.base],
  ['disp', VOCABULARIES.disposition.base],
  ['btt', VOCABULARIES.bizTransactionType.base],
  ['sdt', VOCABULARIES.sourceDestinationType.base],
  ['er', VOCABULARIES.errorReason.base],
])

const URN = /^urn:epcglobal:cbv:([a-z]+):(\w+)$/
const CBV_WORD =
  /^(?:cbv:|https?:\/\/(?:ref|ns)\.gs1\.org\/cbv\/)(?:BizStep|Disp|BTT|SDT|ER|Comp)-(\w+)$/
const SENSOR_WORD = /^(?:gs1:|https?:\/\/(?:www\.)?gs1\.org\/voc\/)(\w+)$/

/** The bare word of any spelling of a CBV or sensor word; anything else comes back unchanged. */
export function bareWord(value: string): string {
  if (!value.includes(':')) return value
  const [, name = '', word] = URN.exec(value) ?? []
  if (word !== undefined && URN_BASES.has(name)) return word
  return CBV_WORD.exec(value)?.[1] ?? SENSOR_WORD.exec(value)?.[1] ?? value
}

/** The web URI of a bare word of the vocabulary; a word it does not have comes back unchanged. */
export function spellOut(word: string, vocabulary: Vocabulary): string {
  return vocabulary.words.has(word) ? vocabulary.base + word : word
}

/** The web URI of a CBV 1.x URN; anything else comes back unchanged. */
export function modernWord(value: string): string {
  if (!value.startsWith('urn:epcglobal:cbv:')) return value
  const [, name = '', word] = URN.exec(value) ?? []
  const base = URN_BASES.get(name)
  return base === undefined ? value : `${base}${word}`
}
