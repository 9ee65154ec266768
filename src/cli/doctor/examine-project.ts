import { existsSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { ClyraError, codedError } from '../../errors/index.js'
import { rolledBack } from '../../ledger/index.js'
import { type OpenedReader, storeOf, withReader } from '../../runtime/index.js'
import { optionalLedgerPlace, rememberIn, type StatePlace, settingsFor } from '../../runtime/project/index.js'
import { ledgerSpool, listSpools, livingChild, userSpool } from '../../spool/index.js'
import { STATE_DIRECTORY } from '../../system/index.js'
import type { Context } from '../context.js'
import { dbtProject } from '../dbt/dbt-project.js'
import { findWarehouse, type NoAddress } from '../dbt/find-warehouse.js'
import { WAREHOUSES } from '../dbt/warehouses.js'
import { suggestedCommand } from '../suggested-command.js'
import type { Finding } from './finding.js'

const ok = (check: string, message: string): Finding => ({ check, status: 'ok', message, fix: null })
const warn = (check: string, message: string, fix: string | null): Finding => ({ check, status: 'warn', message, fix })
const fail = (check: string, message: string, fix: string | null): Finding => ({ check, status: 'fail', message, fix })

/** What to try after an error that is not examining again. */
function tryAfter(error: ClyraError): string | null {
  const suggested = suggestedCommand(error)
  return suggested === undefined || suggested === 'clyra doctor' ? null : suggested
}

/** Configuration, ledger, spools, space and warehouse. A check that cannot be made is a finding of its own. */
export async function examineProject(context: Context, offline: boolean): Promise<Finding[]> {
  const findings: Finding[] = []
  const attempt = async (check: string, examine: () => readonly Finding[] | Promise<readonly Finding[]>) => {
    try {
      findings.push(...(await examine()))
    } catch (thrown) {
      const error = codedError(thrown)
      findings.push(fail(check, `${error.message} (${error.code})`, tryAfter(error)))
    }
  }
  const place = believedPlace(context)
  if (place instanceof ClyraError) return [fail('ledger', `${place.message} (${place.code})`, tryAfter(place))]
  await attempt('configuration', () => {
    settingsFor(context, place)
    return [ok('configuration', place === undefined || !existsSync(place.config) ? 'defaults' : place.config)]
  })
  if (place === undefined) {
    findings.push(warn('ledger', `no ${STATE_DIRECTORY} here or above`, 'clyra init'))
  } else {
    await attempt('ledger', () => withReader(context, examineLedger))
    await attempt('remembered', () => goingOn(context, place))
    await attempt('keys', () => [keyRights(join(place.state, 'keys'))])
    await attempt('space', async () => [await space(place.state)])
  }
  await attempt('spool', () => spools(context))
  if (!offline) await attempt('warehouse', () => warehouse(context))
  return findings
}

/** The ledger's place, undefined where there is none, or why what was found is not believed. */
function believedPlace(context: Context): StatePlace | ClyraError | undefined {
  try {
    return optionalLedgerPlace(context)
  } catch (error) {
    return codedError(error)
  }
}

async function examineLedger(opened: OpenedReader): Promise<Finding[]> {
  const { ledger, place } = opened
  const size = await ledger.size()
  const checkpoint = await ledger.checkpoint()
  const behind = size - checkpoint.size
  const { origin } = opened.settings
  return [
    ...(origin.value !== null && origin.value !== ledger.origin
      ? [
          fail(
            'origin',
            `${place.config} says ${origin.value}, the ledger is ${ledger.origin}: it cannot be renamed`,
            'clyra keys',
          ),
        ]
      : []),
    ok('ledger', `${place.state}, origin ${ledger.origin}, ${size} records`),
    behind === 0n
      ? ok('sealed', `the checkpoint covers all ${checkpoint.size} records`)
      : warn('sealed', `${behind} records are not under a checkpoint yet`, 'clyra spool flush'),
    await evidenceKey(opened),
  ]
}

/** Whether a bundle can be signed. Where the ledger's own key is not here either, all keys lie elsewhere. */
async function evidenceKey({ ledger, place }: OpenedReader): Promise<Finding> {
  try {
    return ok('evidence key', (await ledger.evidenceSigner()).keyId)
  } catch (thrown) {
    const error = codedError(thrown)
    const message = `${error.message}: bundles cannot be signed (${error.code})`
    const elsewhere = !existsSync(join(place.state, 'keys', 'ledger.key'))
    return elsewhere ? warn('evidence key', message, null) : fail('evidence key', message, tryAfter(error))
  }
}

/** Whether the ledger may be written to, as far as its own files and what is remembered of it say. */
async function goingOn(context: Context, place: StatePlace): Promise<Finding[]> {
  const store = await storeOf(context, place)
  const { copyOf, contradictions } = await store.findObjections({
    directory: place.state,
    rememberIn: rememberIn(context),
  })
  if (contradictions.length > 0) return [fail('remembered', rolledBack(contradictions).message, 'clyra adopt --help')]
  if (copyOf !== undefined)
    return [warn('remembered', `this is a copy of the ledger in ${copyOf}: it is only read`, 'clyra adopt --help')]
  const folder = rememberIn(context)
  return [ok('remembered', folder === undefined ? 'no folder to remember signed sizes in' : 'nothing contradicts it')]
}

function keyRights(folder: string): Finding {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode
  if (mode === undefined || !existsSync(join(folder, 'ledger.key')))
    return warn('keys', "the ledger's private key is not here: it can only be read", null)
  return (mode & 0o077) === 0 || process.platform === 'win32'
    ? ok('keys', 'readable by you alone')
    : warn('keys', `${folder} can be entered by others`, `chmod 700 ${folder}`)
}

const ENOUGH_BYTES = 512 << 20

async function space(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const text = `${Math.floor(free / (1 << 20))} MiB free`
  return free >= ENOUGH_BYTES ? ok('space', text) : warn('space', text, `df -h ${folder}`)
}

function spools(context: Context): Finding[] {
  const place = optionalLedgerPlace(context)
  const roots = [...(place === undefined ? [] : [ledgerSpool(place.state)]), userSpool(context.environment)]
  const waiting = roots.flatMap(listSpools).filter((directory) => livingChild(directory) === undefined)
  if (waiting.length === 0) return [ok('spool', 'nothing waits')]
  return [warn('spool', `${waiting.length} runs wait to be appended: ${waiting.join(', ')}`, 'clyra spool flush')]
}

async function warehouse(context: Context): Promise<readonly Finding[]> {
  const settings = settingsFor(context, optionalLedgerPlace(context))
  const found = await findWarehouse(context, settings, dbtProject(context, []))
  if (found.ask) return found.warehouse.doctor()
  return [found.code === 'NOT_SUPPORTED' ? otherWarehouse(found.detail) : noAddress(found)]
}

function otherWarehouse(adapter: string | null): Finding {
  const kind = adapter ?? 'this kind of warehouse'
  const asked = WAREHOUSES.map(({ name }) => name).join(' or ')
  return ok(
    'warehouse',
    `${kind}: dbt's word and its log are recorded; the warehouse itself is asked only where it is ${asked}`,
  )
}

function noAddress({ says, row = WAREHOUSES[0] }: NoAddress): Finding {
  return warn(
    'warehouse',
    `no address that may be used: ${says}. Runs are recorded without the warehouse's own word`,
    row?.giveAddress ?? null,
  )
}
