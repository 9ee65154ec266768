import { join, resolve } from 'node:path'
import * as z from 'zod'
import type { NotGiven, ProfileField, ProfileFields } from '../../../src/ports/index.js'
import { readYaml } from '../../yaml/index.js'
import { givenFlag } from './dbt-flags.js'
import { fromProject, type Surroundings } from './project-paths.js'
import { resolveTemplate } from './template.js'

/** Why profiles.yml gives no target: a closed list, never text of the file. */
const NO_TARGET = {
  'profiles-missing': 'dbt has no profiles.yml where it looks for one',
  'profiles-invalid': 'profiles.yml cannot be read',
  'profile-unknown': 'profiles.yml has no such profile',
  'target-unknown': 'the profile has no such target',
  template: 'the profile needs a template that only dbt can resolve',
  'variable-missing': 'the profile names a variable that is not set',
} as const

/** The target that dbt would take, as it stands in profiles.yml. */
export type ProfileTarget =
  | {
      readonly ok: true
      readonly target: string
      /** Its `type`, where that looks like the name of an adapter: it ends up in the record. */
      readonly adapter: string | null
      readonly fields: ProfileFields
    }
  | NotGiven

/** The files in which dbt would look for profiles.yml, in order. */
export function profilesFiles(around: Surroundings, projectDirectory: string, home: string): string[] {
  const given = givenFlag(around.args, around.env, ['--profiles-dir'])
  if (given !== undefined) return [join(resolve(around.cwd, given.value), 'profiles.yml')]
  const places = [resolve(around.cwd), projectDirectory, join(home, '.dbt')]
  return [...new Set(places)].map((directory) => join(directory, 'profiles.yml'))
}

const scalar = z.union([z.string(), z.number(), z.boolean()])
const output = z.record(z.string(), z.unknown())
const profile = z.object({ target: z.string().optional(), outputs: z.record(z.string(), output) })

/**
 * The selected target of the selected profile; a field of it is known where it is literal or `env_var()` only.
 * `profilesYaml` undefined: there is no such file. Never throws, and never quotes the file.
 */
export function profileTarget(
  around: Surroundings,
  projectYaml: string | undefined,
  profilesYaml: string | undefined,
): ProfileTarget {
  if (profilesYaml === undefined) return without('profiles-missing')
  const { args, env } = around
  const name = givenFlag(args, env, ['--profile'])?.value ?? fromProject(projectYaml, 'profile', env)
  const read = readProfile(profilesYaml, name)
  if (!read.ok) return read
  const wanted = givenFlag(args, env, ['--target', '-t'])?.value ?? read.profile.target ?? 'default'
  const target = resolveTemplate(wanted, env)
  if (!target.ok) return without(target.reason)
  const output = read.profile.outputs[target.value]
  if (output === undefined) return without('target-unknown')
  const fields: ProfileFields = (...names) => fieldOf(output, names, env)
  const type = fields('type')
  if (!type.ok) return type
  const adapter = type.value !== undefined && ADAPTER.test(type.value) ? type.value : null
  return { ok: true, target: target.value, adapter, fields }
}

const without = (reason: keyof typeof NO_TARGET): NotGiven => ({ ok: false, reason, says: NO_TARGET[reason] })

const ADAPTER = /^[a-z][a-z0-9_-]{0,39}$/

function fieldOf(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
  env: Surroundings['env'],
): ProfileField {
  const name = names.find((candidate) => fields[candidate] !== undefined && fields[candidate] !== null)
  const raw = scalar.safeParse(name === undefined ? undefined : fields[name])
  if (!raw.success) return { ok: true, value: undefined }
  const value = resolveTemplate(String(raw.data), env)
  return value.ok ? value : without(value.reason)
}

function readProfile(
  profilesYaml: string,
  name: string | undefined,
): { ok: true; profile: z.infer<typeof profile> } | NotGiven {
  const read = readYaml(profilesYaml, '1.1')
  if (!read.ok) return without('profiles-invalid')
  const profiles = z.record(z.string(), z.unknown()).safeParse(read.value)
  if (!profiles.success) return without('profiles-invalid')
  const found = name === undefined || !Object.hasOwn(profiles.data, name) ? undefined : profiles.data[name]
  if (found === undefined) return without('profile-unknown')
  const checked = profile.safeParse(found)
  return checked.success ? { ok: true, profile: checked.data } : without('profiles-invalid')
}
