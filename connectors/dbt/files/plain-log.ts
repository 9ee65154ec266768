import { CarriedLines } from './carried-line.js'
import { linesOf } from './lines.js'

/** dbt's own lines out of a log that another program carried; every line ends in a line feed. */
export function plainLog(bytes: Uint8Array): Uint8Array {
  const encoder = new TextEncoder()
  const carried = new CarriedLines()
  const parts: Uint8Array[] = []
  let batch: string[] = []
  const flush = () => {
    if (batch.length > 0) parts.push(encoder.encode(`${batch.join('\n')}\n`))
    batch = []
  }
  for (const { text } of linesOf(bytes)) {
    for (const line of carried.push(text)) batch.push(line)
    if (batch.length >= 1_000) flush()
  }
  for (const line of carried.end()) batch.push(line)
  flush()
  return Buffer.concat(parts)
}
