import { type Html, html, type Part } from './html.js'

/** Text forms without locale and without a clock: the page's bytes depend on the records alone. */

/** "12,345" of a decimal string or integer. */
export function grouped(count: string | number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** "2025-11-21 12:54:03 UTC" of a timestamp; fractions of seconds are left to the records. */
export function moment(timestamp: string): Html {
  return html`<time datetime="${timestamp}">${timestamp.slice(0, 10)} ${timestamp.slice(11, 19)} UTC</time>`
}

/** "12:54:03.120" */
export function clockTime(timestamp: string | null): Part {
  if (timestamp === null) return dash
  return html`<time datetime="${timestamp}">${timestamp.slice(11).replace('Z', '').slice(0, 12)}</time>`
}

/** "5.12 s" of a decimal fraction. Cut, not rounded: the text has the digits of the record. */
export function seconds(fraction: string | null): Part {
  if (fraction === null) return dash
  const [whole = '0', digits = ''] = fraction.split('.')
  return `${grouped(whole)}.${digits.padEnd(2, '0').slice(0, 2)} s`
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** "1.2 MB" (powers of 1000, cut) of a decimal count of bytes. */
export function byteSize(decimal: string): string {
  const unit = Math.min(Math.floor((decimal.length - 1) / 3), UNITS.length - 1)
  const cut = decimal.length - unit * 3
  const fraction = unit === 0 ? '' : `.${decimal.slice(cut, cut + 1)}`
  return `${grouped(decimal.slice(0, cut))}${fraction} ${UNITS[unit]}`
}

/** What is not told: seen as a dash, heard as words. */
export const dash = html`<span class="none" aria-label="not told">–</span>`

export function orDash(part: Part): Part {
  return part === null || part === '' ? dash : part
}

/** A name from outside, kept from changing the direction of what stands around it; it may break after dots and slashes. */
export function name(text: string): Html {
  return html`<bdi>${breakable(text)}</bdi>`
}

/** A dbt unique id: kind and package quiet, the name itself plain. */
export function nodeName(id: string): Html {
  const parts = id.split('.')
  if (parts.length < 3) return html`<bdi class="node">${breakable(id)}</bdi>`
  const quiet = `${parts[0]}.${parts[1]}.`
  // dbt ends the id of a generic test in ten digits of a hash: no part of its name.
  const hash = parts[0] === 'test' ? (/\.[0-9a-f]{10}$/.exec(id)?.[0] ?? '') : ''
  const own = id.slice(quiet.length, id.length - hash.length)
  return html`<bdi class="node"><span class="quiet">${breakable(quiet)}</span>${breakable(own)}${hash === '' ? null : html`<span class="hash">${hash}</span>`}</bdi>`
}

export function relationName(relation: readonly (string | null)[]): Html {
  return name(relation.filter((part) => part !== null).join('.'))
}

export function code(text: string): Html {
  return html`<code>${text}</code>`
}

/** A digest or key, whole, in small letters that may break anywhere. */
export function digest(hex: string): Html {
  return html`<code class="digest">${hex}</code>`
}

/** Longer names may break after an underscore as well. */
const LONG = 20

function breakable(text: string): Part {
  const pieces = text.length > LONG ? /(?<=[./_])/ : /(?<=[./])/
  return text.split(pieces).map((piece, i) => (i === 0 ? piece : html`<wbr>${piece}`))
}
