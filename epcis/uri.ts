/**
 * What counts as an absolute URI, fast: every identifier of every event passes here. Letters beyond
 * ASCII are taken as well (RFC 3987), as JSON-LD names things by IRIs.
 */

/** Identifiers are index keys: one longer than this is refused rather than stored. */
export const MAX_URI_LENGTH = 2048

// What RFC 3986 allows behind the scheme, without `%`; letters of the basic plane, without spaces.
const ALLOWED =
  '!#$&-;=?-Z[\\]_a-z~' + '\\u00a1-\\u1fff\\u2030-\\u2fff\\u3001-\\ud7ff\\uf900-\\uffef'
const PLAIN = new RegExp(`^[A-Za-z][A-Za-z0-9+.-]*:[${ALLOWED}]+$`)
const WHOLE_ESCAPES = /^(?:[^%]|%[0-9A-Fa-f]{2})+$/

/** A scheme, a colon, and at least one more character; escapes are whole. */
export function isUri(text: string): boolean {
  if (!text.includes('%')) return PLAIN.test(text)
  return WHOLE_ESCAPES.test(text) && PLAIN.test(text.replaceAll('%', ''))
}
