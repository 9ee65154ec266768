import { createHash } from 'node:crypto'
import { basename, resolve } from 'node:path'
import * as z from 'zod'
import { DEF } from '../../../profiles/def/index.js'
import { profileNamed } from '../../../profiles/index.js'
import { ClyraError, commandLine } from '../../errors/index.js'
import { ledgerPlace, settingsFor } from '../../runtime/project/index.js'
import { assertMayHoldOutput, isFile } from '../../system/index.js'
import { defineCommand } from '../command.js'
import type { Context } from '../context.js'
import { noteShown } from '../erasure/copies.js'
import type { RunReport } from '../evidence/report-of-run.js'
import { chooseRun } from '../ledger/choose-run.js'
import { digest } from '../ledger/record-document.js'
import { inALine, runSummary, summarise } from '../ledger/run-summary.js'
import { openInBrowser } from '../open-in-browser.js'
import { outputPath } from '../output-path.js'
import { facts } from '../table.js'
import { readTrustFile } from '../trust/trust-file.js'

/** Words that a report of another kind will take. */
const RESERVED: readonly string[] = ['daily', 'digest']

const options = z.object({
  last: z.boolean().default(false),
  browser: z.boolean().default(false),
  open: z.boolean().default(false),
  output: z.string().min(1).optional(),
  force: z.boolean().default(false),
})

export const report = defineCommand({
  arguments: [{ name: '[run|bundle]', description: 'a run, as `clyra runs` prints it, or a bundle' }],
  flags: [
    { flags: '--last', description: 'the newest run' },
    { flags: '--browser', description: 'open it in the browser' },
    { flags: '--open', description: 'show the sealed values (command line, error texts, SQL) in it' },
    { flags: '-o, --output <file>', description: 'where to (default: <run>.report.html)' },
    { flags: '--force', description: 'replace the file if it is there' },
  ],
  options,
  help: 'One HTML file without scripts, that fetches nothing. It is the page that a bundle holds, made from the records. It proves nothing by itself: the bundle does, and `clyra verify` checks it.',
  examples: [
    ['clyra report --last', 'of the newest run'],
    ['clyra report --last --browser', 'and look at it'],
    ['clyra report --last --open -o open.html', 'with command line, error texts and SQL in it'],
  ],
  json: z.strictObject({
    ...runSummary.shape,
    file: z.string(),
    sha256: digest,
    /** The sealed values that can be shown are shown. */
    opened: z.boolean(),
    /** It was handed to a browser. */
    browser: z.boolean(),
    /** Of the bundle that it was made from; null for a run of this ledger. */
    verdict: z.enum(['VALID', 'UNTRUSTED', 'DIVERGED', 'INCOMPLETE', 'STALE']).nullable(),
  }),
  async run(context, [given], flags) {
    const { output, environment, workbench } = context
    if (given !== undefined && RESERVED.includes(given)) {
      throw new ClyraError('USAGE', `"${given}" is kept for a report that is still to come; name a run or a bundle`, {
        fix: 'clyra report --last',
      })
    }
    const fileOf = (run: string) => outputPath(environment.cwd, flags.output ?? `${run}.report.html`)
    const made = await (given !== undefined && isBundle(context, given)
      ? fromBundle(context, given, flags, fileOf)
      : fromLedger(context, given, flags, fileOf))
    const file = fileOf(made.view.run)
    workbench.writeFile(file, made.page, {
      mode: made.opened ? 0o600 : 0o644,
      replace: flags.force,
      beforeNamed() {
        if (made.opened && made.verdict === null)
          noteShown(ledgerPlace(context).state, context, { kind: 'opened', path: file, run: made.view.run })
      },
    })
    if (made.opened) output.warn('sealed values are shown in it: share it accordingly')
    const browser = flags.browser && (await openInBrowser(environment, file))
    if (flags.browser && !browser) output.warn('no browser can be opened here; the file is there')
    const summary = summarise(made.view)
    const document = {
      ...summary,
      file,
      sha256: createHash('sha256').update(made.page).digest('hex'),
      opened: made.opened,
      browser,
      verdict: made.verdict,
    }
    output.result(document, () =>
      facts([
        ['report', file],
        ['run', `${summary.run}${summary.demonstration ? '  (recorded demonstration)' : ''}`],
        ['outcome', `${summary.outcome.toUpperCase()}: ${inALine(summary)}`],
        ...(summary.started === null ? [] : [['started', localAndUtc(summary.started)] as const]),
      ]),
    )
    return 0
  },
})

interface Made extends RunReport {
  readonly verdict: 'VALID' | 'UNTRUSTED' | 'DIVERGED' | 'INCOMPLETE' | 'STALE' | null
}

/** A file, or what is named like one: no run id ends so. */
function isBundle({ environment }: Context, given: string): boolean {
  return given.endsWith('.zip') || isFile(resolve(environment.cwd, given))
}

type Flags = z.infer<typeof options>

async function fromLedger(
  context: Context,
  given: string | undefined,
  flags: Flags,
  fileOf: (run: string) => string,
): Promise<Made> {
  const { reportOfRun } = await import('../evidence/report-of-run.js')
  const made = await reportOfRun(
    context,
    async ({ ledger }) => {
      const run = await chooseRun(ledger, given, { last: flags.last, command: 'clyra report' })
      assertMayHoldOutput(fileOf(run))
      return run
    },
    flags,
  )
  if (flags.open && !made.opened) context.output.warn('no sealed value of this run can be opened')
  return { ...made, verdict: null }
}

async function fromBundle(
  context: Context,
  given: string,
  { open, output: named }: Flags,
  fileOf: (run: string) => string,
): Promise<Made> {
  const { environment, output } = context
  const [{ verifyBundle }, { readEvidence }, { reportOfBundle }] = await Promise.all([
    import('@clyra/verify'),
    import('./verify.js'),
    import('../../replay/index.js'),
  ])
  // Without a name of the user's, the run in the bundle gives it.
  if (named !== undefined) assertMayHoldOutput(fileOf(''))
  const bytes = await readEvidence(resolve(environment.cwd, given))
  const { verdict, code, profile } = await verifyBundle(bytes, { trust: trustedKeys(context), now: environment.now() })
  if (verdict === 'INVALID') {
    throw new ClyraError('EVIDENCE_REFUSED', `nothing of ${basename(given)} is shown: it is INVALID (${code})`, {
      details: { path: given, verdict, code },
      fix: commandLine`clyra verify ${given}`,
    })
  }
  if (verdict !== 'VALID')
    output.warn(
      `the bundle is ${verdict} (${code}): do not rely on this page; ${commandLine`clyra verify ${given}`} says why`,
    )
  const {
    page,
    view: whole,
    opened,
    same,
    earlierRelease,
  } = reportOfBundle(profileNamed(String(profile)) ?? DEF, bytes)
  const view = whole.run
  if (!same && earlierRelease)
    output.note('the page inside the bundle is, by its own word, of an earlier release; this is made from the records')
  else if (!same) output.warn('the page inside the bundle is another one; this is made from its records')
  if (open && !opened) {
    throw new ClyraError('USAGE', `${basename(given)} shows no sealed values; whoever has the ledger can`, {
      fix: commandLine`clyra bundle ${view.run} --open`,
    })
  }
  return { page, view, opened, verdict }
}

function trustedKeys(context: Context) {
  const { trust } = settingsFor(context, undefined)
  return readTrustFile(resolve(context.environment.cwd, trust.value), trust.source !== 'default').map(
    ({ vkey, genesis }) => (genesis === null ? { vkey } : { vkey, genesis }),
  )
}

/** "2026-11-21 14:32:46 here, 13:32:46 UTC": the reader's clock beside the record's. */
function localAndUtc(instant: string): string {
  const at = new Date(instant)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = (year: number, month: number, date: number) => `${year}-${two(month + 1)}-${two(date)}`
  const local = day(at.getFullYear(), at.getMonth(), at.getDate())
  const utc = instant.slice(0, 10)
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return `${local} ${time} here, ${local === utc ? '' : `${utc} `}${instant.slice(11, 19)} UTC`
}
