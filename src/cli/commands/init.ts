import { existsSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { hex } from '../../canonical/index.js'
import { readPrivateKey, SIGNATURE_ALGORITHMS } from '../../crypto/index.js'
import { ClyraError, commandLine, fromSystemError } from '../../errors/index.js'
import { NEW_ORIGIN } from '../../events/index.js'
import { createState } from '../../runtime/index.js'
import { CONFIG_FILE, rememberIn } from '../../runtime/project/index.js'
import { FileSealMemory } from '../../stores/embedded/index.js'
import { layoutOf, type NewLedger, noLedger } from '../../stores/state/index.js'
import { STATE_DIRECTORY, writeDurably } from '../../system/index.js'
import { defineCommand } from '../command.js'
import { configTemplate } from '../config-template.js'
import type { Context } from '../context.js'
import { decimal, digest } from '../ledger/record-document.js'
import { outputPath } from '../output-path.js'
import { facts } from '../table.js'

export const init = defineCommand({
  arguments: [{ name: '[directory]', description: 'where (default: here)' }],
  flags: [
    {
      flags: '--origin <name>',
      description: 'the public name of the ledger, a lower-case host name (default: a random one)',
    },
    {
      flags: '--evidence-algorithm <name>',
      description: `of the key that signs bundles: ${SIGNATURE_ALGORITHMS.join(', ')} (default: ed25519)`,
    },
    {
      flags: '--evidence-key <file>',
      description: 'sign bundles with this private key (PEM, not encrypted, mode 0600) instead of a new one',
    },
  ],
  options: z
    .object({
      evidenceAlgorithm: z.enum(SIGNATURE_ALGORITHMS, `must be one of ${SIGNATURE_ALGORITHMS.join(', ')}`).optional(),
      evidenceKey: z.string().min(1, 'must be a file').optional(),
      origin: z.string().regex(NEW_ORIGIN, 'must be a lower-case host name').optional(),
    })
    .refine(({ evidenceAlgorithm, evidenceKey }) => evidenceAlgorithm === undefined || evidenceKey === undefined, {
      path: ['evidenceAlgorithm'],
      message: 'says nothing beside --evidence-key: a key has its algorithm',
    }),
  help: `Makes ${STATE_DIRECTORY}/ (log, index, tiles, keys, vault, spool, artefacts), which git ignores, and ${CONFIG_FILE} beside it. Never overwrites a ledger.`,
  examples: [
    ['clyra init', 'a ledger with a random name'],
    ['clyra init --origin ledger.example.org', 'with a name of your own'],
  ],
  json: z.strictObject({
    ledger: z.string(),
    config: z.string(),
    origin: z.string(),
    genesis: digest,
    vkey: z.string(),
    fingerprint: digest,
    size: decimal,
  }),
  async run(context, [given = '.'], options) {
    const { origin, evidenceAlgorithm: algorithm, evidenceKey } = options
    const evidence =
      evidenceKey === undefined
        ? algorithm && { algorithm }
        : readPrivateKey(resolve(context.environment.cwd, evidenceKey))
    const made = await initProject(context, outputPath(context.environment.cwd, given), { origin, evidence })
    context.output.result({ ...made }, () =>
      [
        facts([
          ['ledger', made.ledger],
          ['settings', made.config],
          ['origin', made.origin],
          ['genesis', made.genesis],
          ['fingerprint', made.fingerprint],
          ['vkey', made.vkey],
        ]),
        '',
        'Give the vkey to those who will verify your bundles, by a way they trust.',
        'Next: clyra run dbt build',
      ].join('\n'),
    )
    return 0
  },
})

export interface InitialisedProject {
  readonly ledger: string
  readonly config: string
  readonly origin: string
  readonly genesis: string
  readonly vkey: string
  readonly fingerprint: string
  readonly size: string
}

/** Makes the state directory, whole or not at all, and the settings beside it. Throws LEDGER_EXISTS. */
export async function initProject(context: Context, folder: string, about: NewLedger): Promise<InitialisedProject> {
  const state = join(folder, STATE_DIRECTORY)
  const config = join(folder, CONFIG_FILE)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ClyraError('IO_FAILED', `there is no directory ${folder}`, {
      details: { path: folder },
      fix: commandLine`mkdir -p ${folder}`,
    })
  }
  // An empty folder is replaced; what holds anything is not.
  if (existsSync(state)) {
    if (!isEmpty(state)) throw occupied(state)
    rmdirSync(state)
  }
  const { workbench } = context
  const draft = workbench.begin(state)
  const settings = existsSync(config) ? undefined : workbench.begin(config)
  try {
    const made = await createState(context, draft.path, about)
    if (settings !== undefined) writeDurably(settings.path, configTemplate(made.origin), 0o644)
    draft.finish()
    settings?.finish()
    await remember(context, state, made)
    return {
      ledger: state,
      config,
      origin: made.origin,
      genesis: hex(made.identity),
      vkey: made.vkey,
      fingerprint: made.keyId,
      size: made.size.toString(),
    }
  } catch (error) {
    draft.abandon()
    settings?.abandon()
    throw fromSystemError(error, 'make the ledger', state)
  }
}

/** Why nothing is begun there: a ledger, one whose log was lost, or what is left of one. */
function occupied(state: string): ClyraError {
  if (existsSync(layoutOf(state).log) && !isEmpty(layoutOf(state).log)) {
    return new ClyraError('LEDGER_EXISTS', `there already is a ledger at ${state}; it is never overwritten`, {
      details: { path: state },
      fix: 'clyra runs',
    })
  }
  const lost = noLedger(state)
  if (lost.code === 'LOG_LOST') return lost
  return new ClyraError(
    'LEDGER_EXISTS',
    `${state} is there and has no log, but ${names(state).join(', ')}: look what that is, then move it away`,
    { details: { path: state }, fix: commandLine`mv ${state} ${`${state}-old`}` },
  )
}

function isEmpty(folder: string): boolean {
  return names(folder).length === 0
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw fromSystemError(error, 'read the directory', folder)
  }
}

/** At the place where it stays: while it was made it was at another one. That it is not remembered stops nothing. */
async function remember(context: Context, directory: string, made: { identity: Uint8Array; note: Uint8Array }) {
  const folder = rememberIn(context)
  if (folder === undefined) return
  const onWarning = (message: string) => context.output.warn(message)
  try {
    await new FileSealMemory({ folder, directory, onWarning }).remember(made.identity, made.note)
  } catch (error) {
    onWarning(
      `the ledger is not remembered outside of itself: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
