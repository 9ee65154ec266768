import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { verifyBundle } from '@clyra/verify'
import * as z from 'zod'
import { readIfThere, readLeft } from '../../../connectors/dbt/index.js'
import { DEF } from '../../../profiles/def/index.js'
import { ClyraError, commandLine } from '../../errors/index.js'
import { ledgerSource, rebuildBundle } from '../../replay/index.js'
import { withReader, withWriter } from '../../runtime/index.js'
import { assertOutsideState } from '../../system/index.js'
import { defineCommand } from '../command.js'
import type { Context } from '../context.js'
import { ingestRun } from '../dbt/ingest-run.js'
import { claimedAndSeen } from '../demo/claimed-and-seen.js'
import { recordedWarehouse, recordingsFolder } from '../demo/recorded-run.js'
import { buildRunBundle } from '../evidence/build-run-bundle.js'
import { reportOfRun } from '../evidence/report-of-run.js'
import { decimal, digest } from '../ledger/record-document.js'
import { findingsOf, runSummary, summarise } from '../ledger/run-summary.js'
import { outputPath } from '../output-path.js'
import { sideBySide } from '../side-by-side.js'
import { facts } from '../table.js'
import { type InitialisedProject, initProject } from './init.js'
import { readEvidence } from './verify.js'

const RECORDINGS = ['good', 'failing'] as const
const MARKER = 'made-by-clyra-demo'

const story = z.strictObject({
  ...runSummary.shape,
  recording: z.enum(RECORDINGS),
  records: z.number().int(),
  /** What dbt claimed, and beside it what was seen. */
  compared: z.array(z.strictObject({ claimed: z.string(), seen: z.string() })),
  report: z.string(),
  bundle: z.string(),
  verdict: z.string(),
  code: z.string(),
  replay: z.enum(['equal', 'different']),
})
type Story = z.infer<typeof story>

const told = z.strictObject({
  directory: z.string(),
  origin: z.string(),
  vkey: z.string(),
  fingerprint: digest,
  checkpoint: z.strictObject({ size: decimal, root: digest }),
  runs: z.array(story),
  changed: z.strictObject({ bundle: z.string(), offset: z.number().int(), verdict: z.string(), code: z.string() }),
  milliseconds: z.number().int(),
})

export const demoData = defineCommand({
  arguments: [],
  flags: [{ flags: '--directory <dir>', description: 'where (default: .demo)' }],
  options: z.object({ directory: z.string().min(1).default('.demo') }),
  help: 'Replays two recorded dbt runs, a good one and one with a failing test, into a ledger of its own: what dbt claimed beside what was seen, a report, a bundle that is verified and rebuilt, and the refusal of a changed byte. Installs nothing, connects nowhere. Everything in it is marked as a recorded demonstration.',
  examples: [
    ['clyra demo data', 'run it; again and again if you like'],
    ['clyra runs --ledger .demo', 'look at what it recorded'],
  ],
  json: told,
  async run(given, _args, options) {
    const context: Context = { ...given, remembers: false }
    const started = context.environment.elapsed()
    const folder = outputPath(context.environment.cwd, options.directory)
    prepareFolder(folder)
    const made = await initProject(context, folder, { origin: 'demo.clyra.internal' })
    const demo: Context = { ...context, named: folder }
    const runs: Story[] = []
    for (const recording of RECORDINGS) runs.push(await tell(demo, folder, made, recording))
    const changed = await changeOneByte(context, folder, made, runs[0]?.bundle ?? '')
    const checkpoint = await withReader(demo, async ({ ledger }) => {
      const { size, root } = await ledger.checkpoint()
      return { size: size.toString(), root: Buffer.from(root).toString('hex') }
    })
    const { origin, vkey, fingerprint } = made
    const milliseconds = Math.round(context.environment.elapsed() - started)
    const document = { directory: folder, origin, vkey, fingerprint, checkpoint, runs, changed, milliseconds }
    context.output.result(document, () => text(context, document))
    const asHoped =
      runs.every((one) => one.verdict === 'VALID' && one.replay === 'equal') && changed.verdict === 'INVALID'
    return asHoped ? 0 : 1
  },
})

/** One recording: record it, bundle it, verify the bundle, build it again from the log. */
async function tell(
  demo: Context,
  folder: string,
  made: InitialisedProject,
  recording: (typeof RECORDINGS)[number],
): Promise<Story> {
  const { project, recorded } = recordingsFolder()
  const from = join(recorded, recording)
  const left = await readLeft(demo.environment.variables, join(from, 'target'), project)
  const files = { ...left, log: readIfThere(join(from, 'logs', 'dbt.log')) }
  const { run } = await withWriter(demo, (opened) =>
    ingestRun(demo, opened, files, { demonstration: true, more: (id) => recordedWarehouse(from, id) }),
  )
  const built = await buildRunBundle(demo, async () => run, { embed: false, open: false })
  const bundle = join(folder, `${recording}.def.zip`)
  demo.workbench.writeFile(bundle, built.bytes)
  const result = await verifyBundle(await readEvidence(bundle), {
    trust: [{ vkey: made.vkey, genesis: made.genesis }],
    now: demo.environment.now(),
  })
  const rebuilt = await withReader(demo, async ({ ledger }) =>
    rebuildBundle(DEF, built.bytes, await ledgerSource(ledger)),
  )
  // The recordings are invented data: nothing in them needs to be withheld.
  const { page, view } = await reportOfRun(demo, async () => run, { open: true })
  const report = join(folder, `${recording}.report.html`)
  demo.workbench.writeFile(report, page)
  return {
    ...summarise(view),
    recording,
    records: view.records,
    compared: claimedAndSeen(view),
    report,
    bundle,
    verdict: result.verdict,
    code: result.code,
    replay: rebuilt.difference === null && rebuilt.notRebuilt.length === 0 ? 'equal' : 'different',
  }
}

/** Flips one bit in the middle of the records and verifies again. */
async function changeOneByte({ workbench }: Context, folder: string, made: InitialisedProject, bundle: string) {
  const bytes = await readEvidence(bundle)
  const offset = Buffer.from(bytes).indexOf('"dev.clyra.dbt.')
  bytes[offset] = (bytes[offset] ?? 0) ^ 1
  const path = join(folder, 'changed.def.zip')
  workbench.writeFile(path, bytes)
  const { verdict, code } = await verifyBundle(bytes, { trust: [{ vkey: made.vkey, genesis: made.genesis }] })
  return { bundle: path, offset, verdict, code }
}

/** An empty `.demo/` that git ignores. What another run of the demonstration left is removed, nothing else ever. */
function prepareFolder(folder: string): void {
  assertOutsideState(folder)
  if (existsSync(folder)) {
    if (!existsSync(join(folder, MARKER))) {
      throw new ClyraError('USAGE', `${folder} is there and was not made by the demonstration; it is left alone`, {
        details: { path: folder },
        fix: 'clyra demo data --directory .demo2',
      })
    }
    rmSync(folder, { recursive: true, force: true })
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, MARKER), 'clyra demo data may remove this directory\n')
  writeFileSync(join(folder, '.gitignore'), '*\n')
}

const WIDTH = 80
const TITLES = { good: 'A run that dbt calls a success', failing: 'A run that failed' } as const

function text(context: Context, document: z.infer<typeof told>): string {
  const { runs, changed, checkpoint, origin, directory, milliseconds, fingerprint } = document
  const { output, environment } = context
  const short = (path: string) => relative(environment.cwd, path) || '.'
  const verdict = (word: string) => (word === 'VALID' ? output.good(word) : output.bad(word))
  const lines = runs.flatMap((one) => [
    output.bold(`${TITLES[one.recording]}: dbt ${one.command}, ${one.outcome.toUpperCase()}, ${findingsOf(one)}`),
    '',
    sideBySide(
      [
        ['WHAT dbt CLAIMED', 'WHAT WAS SEEN TO HAPPEN'],
        ...one.compared.map(({ claimed, seen }) => [claimed, seen] as const),
      ],
      WIDTH,
    ),
    '',
    facts([
      ['  report', `${short(one.report)}   all of it on one page: open it in a browser`],
      ['  bundle', short(one.bundle)],
      [
        '  verdict',
        `${verdict(one.verdict)}, recorded demonstration: the record of a ${one.outcome === 'succeeded' ? 'SUCCESSFUL' : one.outcome.toUpperCase()} run`,
      ],
      [
        '  record',
        `${one.completeness}, ${one.records} records; rebuilt: ${one.replay === 'equal' ? 'the same bytes out of the log' : output.bad('OTHER BYTES')}`,
      ],
    ]),
    '',
  ])
  return [
    ...lines,
    output.bold('One byte of a bundle changed'),
    facts([
      ['  bundle', `${short(changed.bundle)}, byte ${changed.offset}`],
      ['  verdict', `${output.bad(changed.verdict)} (${changed.code}): refused`],
    ]),
    '',
    output.bold('The signed checkpoint over it all'),
    facts([
      ['  origin', origin],
      ['  size', checkpoint.size],
      ['  root', checkpoint.root],
      ['  signed by', fingerprint],
    ]),
    '',
    `Done in ${(milliseconds / 1000).toFixed(1)} s. This is a recorded demonstration: nothing in it is evidence of a change.`,
    '',
    'What to try next:',
    commandLine`  npx clyra report --last --browser --ledger ${short(directory)}`,
    commandLine`  npx clyra verify ${short(runs[0]?.bundle ?? '')} --own --ledger ${short(directory)}`,
    commandLine`  npx clyra verify ${short(changed.bundle)} --own --ledger ${short(directory)}`,
    commandLine`  npx clyra runs --ledger ${short(directory)}`,
    '  npx clyra init                     # a ledger for your own project',
  ].join('\n')
}
