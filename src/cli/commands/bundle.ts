import { createHash } from 'node:crypto'
import * as z from 'zod'
import { PROFILES, type RunProfile } from '../../../profiles/index.js'
import { ClyraError, commandLine } from '../../errors/index.js'
import { ledgerPlace } from '../../runtime/project/index.js'
import { assertMayHoldOutput } from '../../system/index.js'
import { defineCommand } from '../command.js'
import { noteShown } from '../erasure/copies.js'
import { buildRunBundle } from '../evidence/build-run-bundle.js'
import { chooseRun } from '../ledger/choose-run.js'
import { decimal, digest } from '../ledger/record-document.js'
import { outputPath } from '../output-path.js'
import { facts } from '../table.js'

const NAMES = PROFILES.map(({ name }) => name)

export const bundle = defineCommand({
  arguments: [{ name: '[run]', description: 'the run, as `clyra runs` prints it' }],
  flags: [
    { flags: '--last', description: 'the newest run' },
    { flags: '--embed', description: 'put the dbt artefacts into it; they hold SQL and may hold personal data' },
    { flags: '--open', description: 'show the sealed values (SQL text, messages) in it' },
    {
      flags: '--profile <profile>',
      description: 'refuse a run of another one: def (data changes) or pef (automation)',
    },
    { flags: '-o, --output <file>', description: 'where to (default: <run>.<profile>.zip)' },
    { flags: '--force', description: 'replace the file if it is there' },
  ],
  options: z.object({
    last: z.boolean().default(false),
    embed: z.boolean().default(false),
    open: z.boolean().default(false),
    profile: z.enum(NAMES, `must be ${NAMES.join(' or ')}`).optional(),
    output: z.string().min(1).optional(),
    force: z.boolean().default(false),
  }),
  help: 'The file is verified with `clyra verify`, or by anybody with the one file `clyra-verify.mjs`, without this ledger and without a network.',
  examples: [
    ['clyra bundle --last', 'the newest run'],
    ['clyra bundle --last -o evidence.def.zip', 'under a name of your choice'],
  ],
  json: z.strictObject({
    run: z.string(),
    profile: z.enum(NAMES),
    file: z.string(),
    size: decimal,
    sha256: digest,
    completeness: z.enum(['complete', 'partial', 'unknown']),
    reasons: z.array(z.string()),
    completeAsOf: z.strictObject({ position: decimal, recordedat: z.string() }),
    demonstration: z.boolean(),
    checkpoint: z.strictObject({ origin: z.string(), size: decimal, root: digest }),
    embedded: z.boolean(),
    opened: z.boolean(),
    warnings: z.array(z.string()),
  }),
  async run(context, [given], options) {
    const { output, environment, workbench } = context
    const progress = output.progress('collecting the evidence')
    const nameOf = (run: string, profile: string) => options.output ?? `${run}.${profile}.zip`
    const fileOf = (run: string, profile: string) => outputPath(environment.cwd, nameOf(run, profile))
    const built = await buildRunBundle(
      context,
      ({ ledger }) => chooseRun(ledger, given, { last: options.last, command: 'clyra bundle' }),
      options,
      (run, profile) => {
        assertOfProfile(run, profile, options.profile)
        assertMayHoldOutput(fileOf(run, profile.name))
      },
    ).finally(() => progress.done())
    const { manifest, bytes } = built
    const run = manifest.run.id
    const file = fileOf(run, manifest.profile)
    const { state } = ledgerPlace(context)
    workbench.writeFile(file, bytes, {
      mode: options.embed || options.open ? 0o600 : 0o644,
      replace: options.force,
      beforeNamed() {
        if (options.open) noteShown(state, context, { kind: 'opened', path: file, run })
        if (options.embed) noteShown(state, context, { kind: 'embedded', path: file, run })
      },
    })
    const warnings = [...built.warnings]
    if (options.embed)
      warnings.push('the artefacts in it hold SQL text and may hold personal data: share it accordingly')
    if (options.open) warnings.push('sealed values are shown in it: share it accordingly')
    for (const warning of warnings) output.warn(warning)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const document = {
      run: manifest.run.id,
      profile: manifest.profile,
      file,
      size: bytes.length.toString(),
      sha256,
      completeness: manifest.run.completeness,
      reasons: manifest.run.reasons,
      completeAsOf: { ...manifest.completeAsOf },
      demonstration: manifest.demonstration,
      checkpoint: { origin: manifest.origin, size: manifest.size, root: manifest.root },
      embedded: options.embed,
      opened: options.open,
      warnings,
    }
    output.result(document, () =>
      facts([
        ['bundle', file],
        ['profile', manifest.profile],
        ['run', manifest.run.id + (manifest.demonstration ? '  (recorded demonstration)' : '')],
        [
          'record',
          manifest.run.completeness +
            (manifest.run.reasons.length === 0 ? '' : ` (${manifest.run.reasons.join(', ')})`),
        ],
        ['complete to', `position ${manifest.completeAsOf.position}, ${manifest.completeAsOf.recordedat}`],
        ['checkpoint', `${manifest.origin}, size ${manifest.size}, root ${manifest.root}`],
        ['sha256', sha256],
        ['verify with', commandLine`clyra verify ${nameOf(run, manifest.profile)} --own`],
      ]),
    )
    return 0
  },
})

function assertOfProfile(run: string, { name }: RunProfile, wanted: string | undefined): void {
  if (wanted === undefined || wanted === name) return
  throw new ClyraError('RUN_OF_OTHER_PROFILE', `the run ${run} is one of the profile ${name}, not ${wanted}`, {
    details: { run, profile: name },
    fix: commandLine`clyra bundle ${run}`,
  })
}
