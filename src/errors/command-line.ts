/**
 * A command line to print, of which every value is one word of the shell: `` commandLine`clyra report ${run}` ``. A list is
 * several words, none where it is empty. Whatever people are told to paste is made by this; a test looks for what is not.
 */
export function commandLine(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[])[]
): string {
  return parts.reduce((line, part, i) => `${line}${i === 0 ? '' : words(values[i - 1] ?? '')}${part}`, '').trimEnd()
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w./@:+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function words(value: string | number | readonly string[]): string {
  return typeof value === 'object' ? value.map(shellWord).join(' ') : shellWord(String(value))
}
