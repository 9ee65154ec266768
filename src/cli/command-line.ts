import { shellWord } from './shell-word.js'

/**
 * A command line to print, of which every value is one word of the shell: `` command`clyra report ${run}` ``. A list is
 * several words. What we tell people to paste is only made by this.
 */
export function command(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[])[]
): string {
  return parts.reduce((line, part, i) => `${line}${i === 0 ? '' : words(values[i - 1] ?? '')}${part}`, '')
}

function words(value: string | number | readonly string[]): string {
  return typeof value === 'object' ? value.map(shellWord).join(' ') : shellWord(String(value))
}
