import * as z from 'zod'
import { readYaml } from '../../../connectors/yaml/index.js'
import { ClyraError } from '../../errors/index.js'
import { NEW_ORIGIN } from '../../events/grammar/index.js'
import { isMissingFile, readTextSyncBounded, SMALL_FILE_BYTES } from '../../system/index.js'

const label = z.string().min(1).max(512)
/** Where a secret lies. The secret itself is refused here, so that it cannot end up in version control. */
const secretReference = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/, 'must be env:NAME or file:PATH; a secret never stands in this file')

/** The longest that a warehouse may be waited for: ten minutes. */
export const LONGEST_WAIT_MS = 600_000
const wait = z.int().min(0).max(LONGEST_WAIT_MS)

/** `clyra.yaml`. Unknown names are errors: a misspelled setting must not be silently without effect. */
export const configFile = z.strictObject({
  origin: z.string().regex(NEW_ORIGIN, 'must be a lower-case host name').optional(),
  store: z.string().min(1).optional(),
  tiles: z.string().min(1).nullable().optional(),
  artifacts: z.string().min(1).optional(),
  policy: z.string().min(1).nullable().optional(),
  vault: z.strictObject({ keepValues: z.boolean().optional() }).optional(),
  connectors: z
    .strictObject({
      postgres: z
        .strictObject({
          url: secretReference.optional(),
          beforeMs: wait.optional(),
          afterMs: wait.optional(),
          commitsMs: wait.optional(),
        })
        .optional(),
      dbt: z.strictObject({ command: z.string().min(1).optional() }).optional(),
    })
    .optional(),
  governance: z
    .strictObject({
      job_id: label.optional(),
      service_id: label.optional(),
      pipeline_id: label.optional(),
      agent_id: label.optional(),
    })
    .optional(),
  payout: z
    .strictObject({
      actor_id: label.optional(),
      asset_id: label.optional(),
      change_intent: label.optional(),
      business_metric_refs: z.array(label).max(64).optional(),
      payout_ref: label.optional(),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, 'must be three capital letters')
        .optional(),
    })
    .optional(),
})
export type ConfigFile = z.infer<typeof configFile>

/** Of a file that was written to annoy, a message quotes no more. */
const LONGEST_QUOTE = 200

/** Reads a configuration file; an absent one is an empty one. Throws CONFIG_INVALID with the path of the wrong value. */
export function readConfigFile(path: string): ConfigFile {
  let text: string
  try {
    text = readTextSyncBounded(path, { limit: SMALL_FILE_BYTES, tooLarge: 'CONFIG_INVALID', what: 'the settings file' })
  } catch (error) {
    if (isMissingFile(error)) return {}
    throw error
  }
  const read = readYaml(text, '1.2')
  if (!read.ok) {
    throw new ClyraError('CONFIG_INVALID', `${path} is not YAML that can be used: ${read.problem}`, {
      details: { path },
    })
  }
  const content = read.value ?? {}
  const parsed = configFile.safeParse(content)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.').slice(0, LONGEST_QUOTE) ?? ''
  throw new ClyraError(
    'CONFIG_INVALID',
    `${path}: ${field === '' ? '' : `${field} `}${(issue?.message ?? 'is not valid').slice(0, LONGEST_QUOTE)}`,
    {
      details: { path, field },
      fix: 'clyra config',
    },
  )
}
