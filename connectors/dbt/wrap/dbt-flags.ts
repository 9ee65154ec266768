/** An environment as a program sees it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What a flag was given as, and by what. */
export interface Given {
  readonly value: string
  readonly by: 'argument' | 'environment'
}

/**
 * The value of a dbt flag: the last `--name value` or `--name=value` of the arguments, else the first environment
 * variable that is set and not empty. dbt 1.11 and the Rust engine read `DBT_ENGINE_...` beside `DBT_...`.
 * A flag at the very end without a value counts as not given; dbt itself will refuse it.
 */
export function givenFlag(args: readonly string[], env: Environment, names: readonly string[]): Given | undefined {
  for (let i = args.length - 1; i >= 0; i--) {
    const [name = '', ...rest] = args[i]!.split('=')
    if (!names.includes(name)) continue
    if (args[i]!.includes('=')) return { value: rest.join('='), by: 'argument' }
    const next = args[i + 1]
    if (next !== undefined) return { value: next, by: 'argument' }
  }
  const long = names[0]!.replace(/^--/, '').replaceAll('-', '_').toUpperCase()
  const value = env[`DBT_ENGINE_${long}`] || env[`DBT_${long}`]
  return value ? { value, by: 'environment' } : undefined
}
