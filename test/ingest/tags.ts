/** Tags of one company, 6901234, as their memory and as their URN. */

const PREFIX = 6901234n

/** SGTIN-96 of a point of sale item, company prefix of 7 digits: partition 5. */
export function sgtin(serial: number, item = 1): string {
  const bits = (0x30n << 88n) | (1n << 85n) | (5n << 82n) | (PREFIX << 58n) | (BigInt(item) << 38n)
  return (bits | BigInt(serial)).toString(16).toUpperCase()
}

export function sgtinUrn(serial: number, item = 1): string {
  return `urn:epc:id:sgtin:${PREFIX}.${String(item).padStart(6, '0')}.${serial}`
}

/** SSCC-96 with extension digit 0. */
export function sscc(serial: number): string {
  const bits =
    (0x31n << 88n) | (2n << 85n) | (5n << 82n) | (PREFIX << 58n) | (BigInt(serial) << 24n)
  return bits.toString(16).toUpperCase()
}

export function ssccUrn(serial: number): string {
  return `urn:epc:id:sscc:${PREFIX}.${String(serial).padStart(10, '0')}`
}
