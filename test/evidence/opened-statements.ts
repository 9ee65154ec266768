import { decryptValue } from '../../src/events/index.js'
import { openEmbeddedLedgerReader } from '../../src/stores/index.js'
import type { StatementRecord } from '../postgres/statement-record.js'

/** The statement records of a run with their texts, as an auditor opens them from the local vault. */
export async function openedStatements(directory: string, run: string): Promise<StatementRecord[]> {
  const opened = await openEmbeddedLedgerReader({ directory })
  try {
    const records = []
    for await (const record of opened.readStream(`run-${run}`)) records.push(record)
    const started = records.find(({ type }) => type === 'dev.clyra.run.started.v2')?.event.data
    const subject: unknown = Object(started)['subject']
    if (typeof subject !== 'string') throw new Error(`run ${run} has no subject`)
    const key = await opened.vault.subjectKey(subject)
    if (key === undefined) throw new Error(`the key of run ${run} is gone`)
    const values = new Map(
      (await opened.vault.values(subject)).map((value) => [`${value.id} ${value.pointer}`, decryptValue(key, value)]),
    )
    return records
      .filter(({ type }) => type === 'dev.clyra.dbt.statement.executed.v1')
      .map(({ event }) => {
        const text = values.get(`${event.id} /data/text`)
        // The record was admitted against the schema of its type; only the sealed text is replaced by what the vault holds.
        return { ...Object(event.data), text: typeof text === 'string' ? text : null } as StatementRecord
      })
  } finally {
    await opened.close()
  }
}
