/** A table for people: columns as wide as their widest cell, two spaces between, no lines. Cells hold no line breaks. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(width(heading), ...rows.map((row) => width(row[column] ?? ''))),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
      )
      .join('  ')
      .trimEnd()
  return [line(headings), ...rows.map((row) => line(row.map(oneLine)))].join('\n')
}

/** Names and values, one a line, the values in one column. */
export function facts(pairs: readonly (readonly [string, string])[]): string {
  const widest = Math.max(...pairs.map(([name]) => width(name)))
  return pairs.map(([name, value]) => `${name}${' '.repeat(widest - width(name))}  ${value}`).join('\n')
}

function oneLine(cell: string): string {
  return cell.replace(/[\x00-\x1f\x7f]/g, '\u00b7')
}

function width(text: string): number {
  return [...text].length
}
