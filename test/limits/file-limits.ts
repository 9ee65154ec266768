import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { surroundingsOf } from '../../connectors/postgres/index.js'
import { readDigests } from '../../src/cli/commands/replay.js'
import { readConnectionString } from '../../src/cli/dbt/find-warehouse.js'
import { policyDigest } from '../../src/cli/dbt/policy-digest.js'
import { readTrustFile } from '../../src/cli/trust/trust-file.js'
import { readConfigFile } from '../../src/runtime/project/config-file.js'
import { atAndPast, type LimitCase, withFolder } from './limit-cases.js'

const MIB = 1024 * 1024

/** The digest of a file of rules, as a project without a ledger names it. */
function policyAt(path: string): string | null {
  return policyDigest({ policy: { value: path } }, undefined)
}

/** What a person or a program of his wrote for Clyra to read. */
export const FILE_LIMITS: readonly LimitCase[] = [
  {
    limit: 'file of trusted keys, digests or rules (`policy`)',
    check: () =>
      withFolder(async (folder) => {
        const path = join(folder, 'file')
        const readers = [
          ['KEY_INVALID', (path: string) => readTrustFile(path, true)],
          ['USAGE', readDigests],
          ['CONFIG_INVALID', policyAt],
        ] as const
        const rest = '{"origin":"ledger.example.org","records":"0","digests":[]}'
        for (const [code, read] of readers) {
          await atAndPast(code, (past) => {
            const text = code === 'USAGE' ? rest : '# a comment'
            writeFileSync(path, text.padEnd(16 * MIB + (past ? 1 : 0), ' '))
            return read(path)
          })
        }
      }),
  },
  {
    limit: '`clyra.yaml`',
    check: () =>
      withFolder((folder) =>
        atAndPast('CONFIG_INVALID', (past) => {
          const path = join(folder, 'clyra.yaml')
          writeFileSync(path, '# a comment'.padEnd(524_288 + (past ? 1 : 0), ' '))
          return readConfigFile(path)
        }),
      ),
  },
  {
    limit: 'file of a connection string',
    check: () =>
      withFolder((folder) =>
        atAndPast('CONFIG_INVALID', (past) => {
          const path = join(folder, 'url')
          writeFileSync(path, ''.padEnd(MIB + (past ? 1 : 0), 'x'))
          return readConnectionString(path)
        }),
      ),
  },
  {
    limit: 'file of settings that libpq reads',
    check: () =>
      withFolder((folder) => {
        const path = join(folder, 'pgpass')
        writeFileSync(path, '')
        return atAndPast('CONFIG_INVALID', (past) => {
          truncateSync(path, 64 * MIB + (past ? 1 : 0))
          return surroundingsOf({}, folder).read(path)
        })
      }),
  },
]
