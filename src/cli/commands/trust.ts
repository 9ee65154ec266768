import { resolve } from 'node:path'
import * as z from 'zod'
import { ClyraError } from '../../errors/index.js'
import { settingsFor } from '../../runtime/project/index.js'
import { defineCommand } from '../command.js'
import { table } from '../table.js'
import { addToTrustFile, readTrustFile, trustedKey } from '../trust/trust-file.js'

const trusted = z.strictObject({
  vkey: z.string(),
  origin: z.string(),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  genesis: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
})

const options = z.object({ trust: z.string().min(1).optional() })
const flag = {
  flags: '--trust <file>',
  description: 'the trust file (default: CLYRA_TRUST, else ~/.config/clyra/trusted-keys)',
}

export const trustAdd = defineCommand({
  arguments: [{ name: '<vkey>', description: 'the verifier key, from the owner of the ledger' }],
  flags: [
    flag,
    {
      flags: '--genesis <leaf>',
      description: 'pin the ledger itself too: the leaf of its first record, 64 hex digits',
    },
    { flags: '--comment <text>', description: 'whom you had the key from' },
  ],
  options: options.extend({
    genesis: z.string().optional(),
    comment: z
      .string()
      .regex(/^[^\n\r]*$/, 'must be one line')
      .optional(),
  }),
  help: 'Compare the fingerprint with the owner of the ledger by another way (telephone, a signed page) before you add a key.',
  examples: [
    ['clyra trust add example.org+6a5634bb+AUYlyhnrvvKm7cn1SUtLe0QmKf9US3Wh4TAJsPa+W1q2', 'trust a ledger'],
    ['clyra trust list', 'what you trust'],
  ],
  json: z.strictObject({ file: z.string(), added: z.boolean(), key: trusted }),
  async run(context, [vkey = ''], flags) {
    const file = trustFile(context, flags.trust)
    const key = trustedKey(vkey, flags.genesis)
    const added = addToTrustFile(context.workbench, file, key, flags.comment)
    context.output.result({ file, added, key: { ...key } }, () =>
      added
        ? `${key.origin} is trusted from now on.\nfingerprint  ${key.fingerprint}\nfile         ${file}`
        : `${key.origin} was trusted already.`,
    )
    return 0
  },
})

export const trustList = defineCommand({
  flags: [flag],
  options,
  examples: [['clyra trust list', 'origin, fingerprint and genesis of each key']],
  json: z.strictObject({ file: z.string(), keys: z.array(trusted) }),
  async run(context, _args, flags) {
    const file = trustFile(context, flags.trust)
    const keys = readTrustFile(file, flags.trust !== undefined)
    context.output.result({ file, keys: keys.map((key) => ({ ...key })) }, () =>
      keys.length === 0
        ? `No key is trusted yet (${file}).`
        : table(
            ['ORIGIN', 'FINGERPRINT', 'GENESIS'],
            keys.map((key) => [key.origin, key.fingerprint, key.genesis ?? '-']),
          ),
    )
    return 0
  },
})

/** `--trust`, CLYRA_TRUST or the user's own file; never one of the working directory. */
function trustFile(context: Parameters<typeof settingsFor>[0], flag: string | undefined): string {
  const { trust } = settingsFor(context, undefined, { trust: flag })
  if (trust.value === '') throw new ClyraError('CONFIG_INVALID', 'the trust file has no name')
  return resolve(context.environment.cwd, trust.value)
}
