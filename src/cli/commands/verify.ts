import { join, resolve } from 'node:path'
import {
  type KeyHistory,
  renderResult,
  type TrustedKey,
  type VerifyBundleOptions,
  type VerifyResult,
  VerifyUsageError,
  verifyBundle,
} from '@clyra/verify'
import * as z from 'zod'
import { ClyraError, isClyraError } from '../../errors/index.js'
import { BUNDLE_LIMITS } from '../../evidence/container/index.js'
import { settingsFor } from '../../runtime/project/index.js'
import { isDirectory, isMissingFile, readFileBounded } from '../../system/index.js'
import { defineCommand } from '../command.js'
import type { Context } from '../context.js'
import { pageDocument, verifyDocument } from '../evidence/verify-document.js'
import { readTrustFile, trustedKey } from '../trust/trust-file.js'

const options = z.object({
  key: z.array(z.string()).default([]),
  trust: z.string().min(1).optional(),
  own: z.boolean().default(false),
  run: z.string().optional(),
  origin: z.string().optional(),
  genesis: z.string().optional(),
  checkpoint: z.array(z.string()).default([]),
  keys: z.array(z.string()).default([]),
  minSize: z
    .string()
    .regex(/^(0|[1-9][0-9]*)$/, 'must be a decimal number')
    .transform(BigInt)
    .optional(),
  maxAge: z
    .string()
    .regex(/^[0-9]+$/, 'must be a number of seconds')
    .transform(Number)
    .optional(),
  now: z.iso
    .datetime('must be an instant like 2026-01-31T12:00:00Z')
    .transform((text) => new Date(text))
    .optional(),
  artifacts: z.string().optional(),
  requireArtifacts: z.boolean().default(false),
  requireCompleteRun: z.boolean().default(false),
  requireWarehouse: z.boolean().default(false),
  page: z.boolean().default(false),
  output: z.string().min(1).optional(),
  force: z.boolean().default(false),
})
type Options = z.infer<typeof options>

export const verify = defineCommand({
  arguments: [{ name: '[bundle|tiles]', description: 'a bundle, or a directory that `export tiles` wrote' }],
  flags: [
    { flags: '--key <vkey...>', description: 'trust this ledger key' },
    {
      flags: '--trust <file>',
      description: 'trust the keys in this file (default: CLYRA_TRUST, else ~/.config/clyra/trusted-keys)',
    },
    { flags: '--own', description: "trust this project's own ledger, and ask it what became of its keys" },
    { flags: '--run <id>', description: 'it must be of this run' },
    { flags: '--origin <name>', description: 'it must be of the ledger of this name' },
    { flags: '--genesis <leaf>', description: 'it must be of exactly this ledger' },
    { flags: '--checkpoint <note...>', description: 'it must agree with this signed checkpoint' },
    { flags: '--keys <bundle...>', description: 'ask this newer bundle of the ledger what became of its keys' },
    { flags: '--min-size <size>', description: 'the log must be at least so long' },
    { flags: '--max-age <seconds>', description: 'its newest record must be at most so old' },
    { flags: '--now <instant>', description: 'judge the age as of then' },
    {
      flags: '--artifacts <dir>',
      description: 'where artefacts lie that are not in the bundle, each named by its SHA-256',
    },
    { flags: '--require-artifacts', description: 'every artefact must be at hand' },
    { flags: '--require-complete-run', description: 'the record of the run must be complete' },
    { flags: '--require-warehouse', description: 'the warehouse itself must have been asked about the run' },
    { flags: '--page', description: 'verify nothing: write the verifier as one HTML file, for whoever has a browser' },
    { flags: '-o, --output <file>', description: 'where to write the page (default: clyra-verify.html)' },
    { flags: '--force', description: 'replace the page if it is there' },
  ],
  options,
  help: 'Needs no ledger and no network. Nothing in the working directory or in the bundle is trusted: a key that you did not name gives UNTRUSTED.',
  examples: [
    ['clyra bundle --last -o evidence.def.zip', 'make one'],
    ['clyra verify evidence.def.zip --own', "check it against this project's ledger"],
    ['clyra verify evidence.def.zip --own --require-complete-run', 'and ask for a complete record'],
    ['clyra verify --page', 'the verifier as a page, for somebody else'],
  ],
  json: z.union([verifyDocument, pageDocument]),
  async run(context, [given], flags) {
    assertOneThing(given, flags)
    if (given === undefined) {
      await (await import('../evidence/write-page.js')).writePage(context, flags.output, flags.force)
      return 0
    }
    const path = resolve(context.environment.cwd, given)
    if (isDirectory(path)) refuseOfTiles(flags)
    const { trust, own } = await trustOf(context, flags)
    const result = await asked(async () =>
      isDirectory(path)
        ? (await import('../evidence/verify-tiles-at.js')).verifyTilesAt(path, {
            trust,
            ...(await demands(context, flags)),
          })
        : verifyBundle(await readEvidence(path), {
            trust,
            ...(await demands(context, flags)),
            ...(await bundleDemands(context, flags, own)),
          }),
    )
    context.output.result(result, () => renderResult(result, { paint: context.output }))
    return result.verdict === 'VALID' ? 0 : 1
  },
})

/** Evidence to verify, or a page to write. */
function assertOneThing(given: string | undefined, { page, output, force }: Options): void {
  const problem = page
    ? given !== undefined && '--page writes the verifier and verifies nothing: name no evidence beside it'
    : given === undefined
      ? 'name a bundle, or a directory of tiles'
      : (output !== undefined || force) && '--output and --force are for --page'
  if (problem) throw new ClyraError('USAGE', problem, { fix: 'clyra verify --help' })
}

/** A demand that only a bundle can meet is not skipped because a directory was named. */
function refuseOfTiles(flags: Options): void {
  const demanded: readonly (readonly [string, boolean])[] = [
    ['--run', flags.run !== undefined],
    ['--keys', flags.keys.length > 0],
    ['--artifacts', flags.artifacts !== undefined],
    ['--require-artifacts', flags.requireArtifacts],
    ['--require-complete-run', flags.requireCompleteRun],
    ['--require-warehouse', flags.requireWarehouse],
  ]
  const misplaced = demanded.find(([, given]) => given)
  if (misplaced === undefined) return
  throw new ClyraError('USAGE', `${misplaced[0]} is for bundles, not for a directory of tiles`, {
    details: { flag: misplaced[0] },
    fix: 'clyra verify --help',
  })
}

/** The pins: `--key`, `--own`, and one trust file. Nothing else, and nothing of the working directory unasked. */
async function trustOf(
  context: Context,
  flags: Options,
): Promise<{ readonly trust: readonly TrustedKey[]; readonly own: readonly KeyHistory[] }> {
  const { trust } = settingsFor(context, undefined, flags)
  const file = readTrustFile(resolve(context.environment.cwd, trust.value), trust.source !== 'default')
  const keys = [...flags.key.map((text) => trustedKey(text)), ...file].map(({ vkey, genesis }) =>
    genesis === null ? { vkey } : { vkey, genesis },
  )
  if (!flags.own) return { trust: keys, own: [] }
  const { ownLedgerTrust } = await import('../trust/own-ledger.js')
  const own = await ownLedgerTrust(context)
  context.output.note(`trusting the ledger of ${own.path}`)
  return { trust: [...keys, { vkey: own.vkey, genesis: own.genesis }], own: [own.keys] }
}

async function demands(context: Context, flags: Options) {
  return {
    ...(flags.origin === undefined ? {} : { origin: flags.origin }),
    ...(flags.genesis === undefined ? {} : { genesis: flags.genesis }),
    ...(flags.minSize === undefined ? {} : { minSize: flags.minSize }),
    ...(flags.maxAge === undefined ? {} : { maxAge: flags.maxAge }),
    checkpoints: await readAllOf(context, flags.checkpoint),
    now: flags.now ?? context.environment.now(),
  }
}

const readAllOf = (context: Context, paths: readonly string[]): Promise<Uint8Array[]> =>
  Promise.all(paths.map((path) => readEvidence(resolve(context.environment.cwd, path))))

async function bundleDemands(
  context: Context,
  flags: Options,
  own: readonly KeyHistory[],
): Promise<VerifyBundleOptions> {
  const folder = flags.artifacts === undefined ? undefined : resolve(context.environment.cwd, flags.artifacts)
  if (folder !== undefined && !isDirectory(folder)) {
    throw new ClyraError('IO_FAILED', `there is no directory of artefacts at ${folder}`, {
      details: { path: folder },
      fix: 'clyra verify --help',
    })
  }
  return {
    ...(flags.run === undefined ? {} : { run: flags.run }),
    ...(folder === undefined ? {} : { artifacts: (sha256: string) => artifactIn(folder, sha256) }),
    keys: [...own, ...(await readAllOf(context, flags.keys))],
    requireArtifacts: flags.requireArtifacts,
    requireCompleteRun: flags.requireCompleteRun,
    requireWarehouse: flags.requireWarehouse,
  }
}

/** No artefact that is captured is larger. */
const ARTIFACT_FILE = { limit: 512 << 20, tooLarge: 'DBT_ARTIFACT_TOO_LARGE', what: 'an artefact' } as const

/** `<dir>/<sha256>`, or as the artefact store of a ledger has it. */
export async function artifactIn(folder: string, sha256: string): Promise<Uint8Array | undefined> {
  try {
    return await readFileBounded(join(folder, sha256), ARTIFACT_FILE)
  } catch (error) {
    if (!isMissingFile(error)) throw error
  }
  const { FileArtifactStore } = await import('../../stores/files/index.js')
  try {
    return await new FileArtifactStore(folder).get(sha256)
  } catch (error) {
    // No bytes have no artefact's digest: the verifier says what is wrong with it, as of a damaged plain file.
    if (isClyraError(error, 'ARTIFACT_CORRUPT')) return new Uint8Array()
    throw error
  }
}

/** A bundle, or as much of it as it takes to see that it is too large for one. */
export async function readEvidence(path: string): Promise<Uint8Array> {
  try {
    return await readFileBounded(path, { limit: BUNDLE_LIMITS.bytes + 1, tooLarge: null, what: 'evidence' })
  } catch (error) {
    if (!isClyraError(error, 'IO_FAILED')) throw error
    const { code, message, details, cause } = error
    throw new ClyraError(code, message, { details, fix: 'clyra bundle --last', cause })
  }
}

/** A demand that the verifier cannot understand is wrong usage of ours. */
async function asked(run: () => Promise<VerifyResult>): Promise<VerifyResult> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof VerifyUsageError)) throw error
    throw new ClyraError('USAGE', error.message, { details: { reason: error.code }, fix: 'clyra verify --help' })
  }
}
