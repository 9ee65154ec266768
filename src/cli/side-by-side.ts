const GAP = '   '

/** Two columns of prose of a given width, each wrapped at spaces; a word that is longer than its column is cut apart. */
export function sideBySide(rows: readonly (readonly [left: string, right: string])[], width: number): string {
  const left = Math.floor((width - GAP.length) * 0.42)
  const right = width - GAP.length - left
  return rows
    .flatMap(([one, other]) => {
      const [lefts, rights] = [wrap(one, left), wrap(other, right)]
      return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, i) =>
        `${(lefts[i] ?? '').padEnd(left)}${GAP}${rights[i] ?? ''}`.trimEnd(),
      )
    })
    .join('\n')
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [])) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
