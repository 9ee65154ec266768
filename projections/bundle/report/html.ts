/** Markup that is safe to put into the page as it stands. Only `html` makes it. */
export class Html {
  readonly #markup: string
  constructor(markup: string) {
    this.#markup = markup
  }
  toString(): string {
    return this.#markup
  }
}

export type Part = Html | string | number | null | readonly Part[]

/**
 * A template whose values are escaped unless they are markup themselves. Every name in a record comes from outside and
 * may be hostile: there is no other way into the page. null gives nothing, an array its parts in order.
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.reduce((page, text, i) => page + markupOf(parts[i - 1] ?? null) + text))
}

function markupOf(part: Part): string {
  if (part === null) return ''
  if (part instanceof Html) return part.toString()
  if (typeof part === 'object') return part.map(markupOf).join('')
  return escapeText(String(part))
}

/** Text of several lines for a `pre`: line breaks and tabs stay, all else is escaped as anywhere. Cut after `limit` UTF-16 units. */
export function lines(text: string, limit: number): Html {
  const cut = text.length > limit ? `${text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, '')}…` : text
  return new Html(cut.replaceAll('\r\n', '\n').split('\n').map(escapeTabbed).join('\n'))
}

function escapeTabbed(line: string): string {
  return line.split('\t').map(escapeText).join('\t')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Text for element content and quoted attributes. Characters that cannot be seen or that turn the reading direction
 * round are written as `\u{...}`: a name must not be able to look like another one.
 */
export function escapeText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`)
    .replace(/[&<>"']/g, (c) => ESCAPES[c]!)
}
