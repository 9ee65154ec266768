/** A text as one word of a POSIX shell, so that a line with it can be pasted. */
export function shellWord(text: string): string {
  return /^[\w./@:+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
