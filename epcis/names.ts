/**
 * Names of fields: the standard's own, and `prefix:name` of an extension. Zod sees values only, so
 * the names of what may be extended are looked at here. [EPCIS-JSON-Schema, propertyNames]
 */
import { type Failure, fail, pointer } from './failure.ts'
import { isObject } from './fields.ts'
import { isUri } from './uri.ts'

/** The standard's names for the fields of a schema. */
export function namesOf(schema: { readonly shape: object }): ReadonlySet<string> {
  return new Set(Object.keys(schema.shape))
}

/**
 * Refuses the first field of an object that is neither the standard's nor named as an extension;
 * extensions are put into `extensions`. What is no object has no names.
 */
export function checkNames(
  holder: unknown,
  known: ReadonlySet<string>,
  path: readonly PropertyKey[],
  extensions: string[],
): Failure | undefined {
  if (!isObject(holder)) return undefined
  for (const name of Object.keys(holder)) {
    if (known.has(name)) continue
    if (!isUri(name)) return fail('field_unknown', pointer([...path, name]))
    extensions.push(name)
  }
  return undefined
}
