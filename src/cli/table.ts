import { oneLine, unbroken } from '../system/index.js'

/** A table for people: columns as wide as their widest cell, two spaces between, no lines. A line break in a cell is shown. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(oneLine))
  const widths = headings.map((heading, column) =>
    shown.reduce((widest, row) => Math.max(widest, width(row[column] ?? '')), width(heading)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
      )
      .join('  ')
      .trimEnd()
  return [line(headings), ...shown.map(line)].join('\n')
}

/** Names and values, one a line, the values in one column; values may be painted. */
export function facts(pairs: readonly (readonly [string, string])[]): string {
  const widest = Math.max(...pairs.map(([name]) => width(name)))
  return pairs.map(([name, value]) => `${name}${' '.repeat(widest - width(name))}  ${unbroken(value)}`).join('\n')
}

function width(text: string): number {
  return [...text].length
}
