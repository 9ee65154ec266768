import type * as z from 'zod'

/** Whether a definition has only these members set: a member that a later zod adds may mean anything. */
export function only(schema: z.core.$ZodType, names: readonly string[]): boolean {
  return Object.entries(schema._zod.def).every(
    ([name, value]) => value === undefined || names.includes(name) || (name === 'checks' && empty(value)),
  )
}

function empty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

type Test = (value: never) => boolean

/** The checks of a schema as tests, or undefined where one is of a kind that is not listed. */
export function testsOf<T>(
  schema: z.core.$ZodType,
  kinds: Readonly<Record<string, (def: object) => Test | undefined>>,
) {
  const tests: ((value: T) => boolean)[] = []
  for (const check of schema._zod.def.checks ?? []) {
    const { def } = check._zod
    const test = (kinds[def.check] ?? (def.check === 'custom' ? refinement : undefined))?.(def)
    if (test === undefined) return undefined
    // A test is made for the values of the schema that its check hangs on.
    tests.push(test as unknown as (value: T) => boolean)
  }
  return tests
}

/** `refine`: only what answers plainly `true` counts; a promise or another truthy answer is zod's to judge. */
function refinement(def: object): Test | undefined {
  if (!('fn' in def) || typeof def.fn !== 'function' || ('when' in def && def.when !== undefined)) return undefined
  const { fn } = def
  return (value: unknown) => fn(value) === true
}

/** The bound of a `min_length` or `max_length` check: how long a text or an array may be. */
export function boundOf(def: object): number | undefined {
  const bound = 'minimum' in def ? def.minimum : 'maximum' in def ? def.maximum : undefined
  return typeof bound === 'number' ? bound : undefined
}
