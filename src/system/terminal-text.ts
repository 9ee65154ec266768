/**
 * What steers a terminal instead of being seen: control characters (C0, C1, DEL) but tab and line feed, bidirectional
 * and other format characters, what is invisible by default, line and paragraph separators, lone surrogates.
 */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
const PLAIN = /^[\t\n\x20-\x7e]*$/

/**
 * The text with everything in it shown and nothing obeyed: each UTF-16 unit of such a character as `\uXXXX`. Inside the
 * strings of a JSON text that is an escape of the same character, so JSON stays JSON with the same value.
 *
 * @example visible('a\u202eb') === 'a\\u202eb'
 */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSEEN, escaped)
}

/** The same for what must stay one line, or one cell: tabs and line feeds too. */
export function oneLine(text: string): string {
  return unbroken(visible(text))
}

/** Tabs and line feeds alone are shown: for text that may hold marks. */
export function unbroken(text: string): string {
  return text.replace(/[\t\n]/g, escaped)
}

function escaped(character: string): string {
  let units = ''
  for (let i = 0; i < character.length; i++) units += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  return units
}

/**
 * What the program itself does with a terminal, as marks in the text that only its writer turns into control sequences.
 * `mark` is random for each process: no text from outside can hold it.
 */
export function steering(mark: string) {
  return {
    /** In bold (1) or in a colour (31 red, 32 green, 33 yellow). */
    paint: (code: 1 | 31 | 32 | 33, text: string) => `${mark}[${code}m${text}${mark}[0m`,
    /** Goes back to the beginning of the line and empties it. */
    eraseLine: `${mark}[1G${mark}[K`,
  }
}

/** The text as it goes to a terminal: what is hostile in it shown, marks obeyed. */
export function terminalText(text: string, mark: string): string {
  if (!text.includes(mark)) return visible(text)
  return text
    .split(mark)
    .map((part, i) => {
      const sequence = i === 0 ? undefined : /^\[\d*[mGK]/.exec(part)?.[0]
      return sequence === undefined ? visible(part) : `\x1b${sequence}${visible(part.slice(sequence.length))}`
    })
    .join('')
}
