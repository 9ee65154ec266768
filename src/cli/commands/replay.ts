import { resolve } from 'node:path'
import * as z from 'zod'
import { DEF } from '../../../profiles/def/index.js'
import { PROFILES, profileNamed } from '../../../profiles/index.js'
import { ClyraError } from '../../errors/index.js'
import {
  compareStates,
  type Digests,
  digestsOf,
  type LogSource,
  ledgerSource,
  type Rebuilt,
  rebuildBundle,
  statedProfile,
  tilesSource,
} from '../../replay/index.js'
import { withReader } from '../../runtime/index.js'
import { PROJECTIONS } from '../../runtime/views/index.js'
import { isDirectory, isFile, readTextSyncBounded, SMALL_FILE_BYTES } from '../../system/index.js'
import { defineCommand } from '../command.js'
import type { Context } from '../context.js'
import { compareStored } from '../evidence/compare-stored.js'
import {
  type Comparison,
  digestsDocument,
  leftOut,
  NOTHING_STORED,
  notRebuilt,
  resultOf,
  unknownMakers,
} from '../evidence/comparison.js'
import { parsePosition } from '../ledger/find-record.js'
import { decimal } from '../ledger/record-document.js'
import { outputPath } from '../output-path.js'
import { readEvidence } from './verify.js'

const options = z.object({
  from: z.string().min(1).optional(),
  bundle: z.string().min(1).optional(),
  write: z.string().min(1).optional(),
  force: z.boolean().default(false),
  expect: z.string().min(1).optional(),
  to: z.string().optional(),
})
type Options = z.infer<typeof options>

export const replay = defineCommand({
  flags: [
    {
      flags: '--from <ledger|tiles>',
      description: 'the ledger, or a directory that `export tiles` wrote (default: this ledger)',
    },
    { flags: '--bundle <zip>', description: 'build this bundle again and compare every byte but the detached files' },
    { flags: '--write <file>', description: 'keep the rebuilt bundle, or the digests, in a file' },
    { flags: '--force', description: 'replace the file if it is there' },
    { flags: '--expect <file>', description: 'digests from an earlier `clyra replay --json`' },
    { flags: '--to <position>', description: 'fold only up to this position' },
  ],
  options,
  help: 'Compares with the given bundle or file, else with the digests that the ledger stores. Where there is nothing to compare with, that is what it says.',
  examples: [
    ['clyra replay', 'fold everything and compare with the stored digests'],
    ['clyra replay --write digests.json', 'keep the digests for later'],
    ['clyra replay --expect digests.json', 'and compare with them'],
  ],
  json: z.strictObject({
    result: z.enum(['equal', 'equal-but-for', 'not-compared', 'different', 'nothing-to-compare']),
    comparedWith: z.enum(['bundle', 'file', 'stored', 'nothing']),
    difference: z.string().nullable(),
    /** `MAKER_UNKNOWN` where the result is `not-compared`. */
    code: z.literal('MAKER_UNKNOWN').nullable(),
    /** What another release made, and was not compared. */
    notCompared: z.array(notRebuilt),
    records: decimal.nullable(),
    run: z.string().nullable(),
    files: z.array(z.string()),
    origin: z.string(),
    digests: digestsDocument.shape.digests,
  }),
  run: (context, _args, flags) =>
    withSource(context, flags.from, (source, stored) =>
      flags.bundle === undefined
        ? replayStates(context, source, flags, stored)
        : replayBundle(context, source, flags.bundle, flags),
    ),
})

async function replayBundle(
  context: Context,
  source: LogSource,
  bundle: string,
  { write, force }: Options,
): Promise<number> {
  const { output, environment, workbench } = context
  const progress = output.progress('building the bundle again')
  const bytes = await readEvidence(resolve(environment.cwd, bundle))
  const profile = profileNamed(statedProfile(bytes)) ?? DEF
  const rebuilt = await rebuildBundle(profile, bytes, source).finally(() => progress.done())
  if (write !== undefined)
    workbench.writeFile(outputPath(environment.cwd, write), rebuilt.archive(), { replace: force })
  const { notRebuilt, compared, difference } = rebuilt
  const result = difference !== null ? 'different' : resultOf(notRebuilt)
  const comparison: Comparison = { result, comparedWith: 'bundle', difference, notCompared: notRebuilt }
  const document = {
    ...comparison,
    code: codeOf(comparison),
    records: null,
    run: rebuilt.run,
    files: compared,
    origin: source.origin,
    digests: [],
  }
  output.result(document, () => bundleSentence(rebuilt))
  return exitOf(comparison)
}

function codeOf({ result }: Comparison) {
  return result === 'not-compared' ? 'MAKER_UNKNOWN' : null
}

/** A check that could not compare what it was given is no pass: the exit code is that of a difference. */
function exitOf({ result, comparedWith }: Comparison): number {
  if (result === 'nothing-to-compare') return comparedWith === 'file' ? 1 : 0
  return result === 'different' || result === 'not-compared' ? 1 : 0
}

function bundleSentence({ run, compared, difference, notRebuilt }: Rebuilt): string {
  if (difference !== null) return `DIFFERENT: ${difference}`
  const same = `${compared.length} files of run ${run} came out of the log byte for byte.\n${compared.map((name) => `  ${name}`).join('\n')}`
  const result = resultOf(notRebuilt)
  if (result === 'equal') return `EQUAL: ${same}`
  const others = notRebuilt.map((one) => `  ${leftOut(one)}`).join('\n')
  const said =
    result === 'not-compared'
      ? `${unknownMakers(notRebuilt)}. `
      : `EQUAL but for ${notRebuilt.map(({ what }) => what).join(', ')}: `
  return `${said}${same}\nNot rebuilt, and nothing is said of it here:\n${others}`
}

async function replayStates(context: Context, source: LogSource, flags: Options, stored: Stored): Promise<number> {
  const { output, environment, workbench } = context
  const to = flags.to === undefined ? undefined : Number(parsePosition(flags.to, '--to'))
  if (to !== undefined && to >= source.size) {
    throw new ClyraError('INVALID_POSITION', `the log has ${source.size} records, none at position ${to}`, {
      details: { position: to, size: source.size },
      fix: 'clyra log tail',
    })
  }
  const progress = output.progress(`folding ${source.size} records`)
  const found = await digestsOf(source, PROJECTIONS, to).finally(() => progress.done())
  if (flags.write !== undefined)
    workbench.writeFile(outputPath(environment.cwd, flags.write), `${JSON.stringify(found, null, 2)}\n`, {
      replace: flags.force,
    })
  const compared =
    flags.expect === undefined
      ? await stored(to)
      : compareWith(found, readDigests(resolve(environment.cwd, flags.expect)))
  const document = {
    ...compared,
    code: codeOf(compared),
    records: found.records,
    run: null,
    files: [],
    origin: found.origin,
    digests: found.digests,
  }
  output.result(
    document,
    () =>
      `${sentence(compared, found)}\n${found.digests.map((one) => `  ${one.digest}  ${one.projection} v${one.version}  ${one.partition}`).join('\n')}`,
  )
  return exitOf(compared)
}

function compareWith(found: Digests, expected: Digests): Comparison {
  const { difference, compared, notCompared } = compareStates(found, expected, {
    projections: PROJECTIONS,
    earlier: PROFILES.flatMap(({ earlier }) => earlier),
  })
  const but = resultOf(notCompared)
  const equal = but === 'equal-but-for' && compared === 0 ? 'nothing-to-compare' : but
  return { result: difference === null ? equal : 'different', comparedWith: 'file', difference, notCompared }
}

function sentence({ result, comparedWith, difference, notCompared }: Comparison, found: Digests): string {
  const folded = `${found.records} records folded, ${found.digests.length} states`
  const others = notCompared.map((one) => `\n  not compared: ${leftOut(one)}`).join('')
  if (result === 'different') return `DIFFERENT: ${difference}`
  if (result === 'equal')
    return `EQUAL: ${folded}, as ${comparedWith === 'stored' ? 'the ledger has stored' : 'the file says'}.`
  if (result === 'equal-but-for') return `EQUAL but for what only one side has: ${folded}.${others}`
  if (result === 'not-compared') return `${unknownMakers(notCompared)}. ${folded}.${others}`
  if (comparedWith === 'file')
    return `NOTHING TO COMPARE WITH: the file holds digests of other folds than these.${others}`
  return `NOTHING TO COMPARE WITH: ${folded}. Keep them with --write and compare later with --expect.`
}

/** Digests that an earlier replay printed. Throws USAGE where the file holds none. */
export function readDigests(path: string): Digests {
  let content: unknown
  try {
    content = JSON.parse(
      readTextSyncBounded(path, { limit: SMALL_FILE_BYTES, tooLarge: 'USAGE', what: 'a file of digests' }),
    )
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new ClyraError('USAGE', `${path} is not JSON`, {
        details: { path },
        fix: 'clyra replay --write digests.json',
      })
    throw error
  }
  const parsed = z.object(digestsDocument.shape).safeParse(content)
  if (parsed.success) return parsed.data
  throw new ClyraError('USAGE', `${path} holds no digests of a replay`, {
    details: { path },
    fix: 'clyra replay --write digests.json',
  })
}

type Stored = (to: number | undefined) => Promise<Comparison>

/** A directory with a `checkpoint` in it is tiles; everything else is a ledger. */
async function withSource(
  context: Context,
  from: string | undefined,
  use: (source: LogSource, stored: Stored) => Promise<number>,
): Promise<number> {
  const path = from === undefined ? undefined : resolve(context.environment.cwd, from)
  if (path !== undefined && isDirectory(`${path}/tile`) && isFile(`${path}/checkpoint`)) {
    return use(await tilesSource(path), async () => NOTHING_STORED)
  }
  return withReader(from === undefined ? context : { ...context, named: from }, async (opened) => {
    const source = await ledgerSource(opened.ledger)
    return use(source, (to) => (to === undefined ? compareStored(context, opened) : Promise.resolve(NOTHING_STORED)))
  })
}
