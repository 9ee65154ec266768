import { product } from './product.mjs'

/**
 * What a row is handed, made of plain options, so that another process can make the same.
 *
 * @param {{ directory: string, rounds: number, quick: boolean, only?: string[], growTo?: number, records?: number,
 *   peers?: string[], batches?: number[], broken?: { key: string, how: string } }} options
 */
export function contextOf(options) {
  const { quick, only, ...plain } = options
  return {
    ...plain,
    options,
    product,
    wants: (name) => only === undefined || only.includes(name),
    pick: (full, less) => (quick ? less : full),
    progress: (text) => process.stderr.write(`${text}\n`),
  }
}
