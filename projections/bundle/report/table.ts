import { type Html, html, type Part } from './html.js'

export interface Column {
  readonly title: string
  /** Numbers are set to the right. */
  readonly number?: boolean
}

export interface Row {
  readonly cells: readonly Part[]
  readonly tone?: 'bad' | 'warn' | undefined
}

/** A table that scrolls on its own where it is too wide; the first cell of each row is its heading. */
export function table(label: string, columns: readonly Column[], rows: readonly Row[]): Html {
  const numeric = (i: number) => (columns[i]?.number === true ? html` class="number"` : null)
  const head = columns.map((column, i) => html`<th scope="col"${numeric(i)}>${column.title}</th>`)
  const body = rows.map(
    ({ cells, tone }) => html`<tr${tone === undefined ? null : html` class="${tone}"`}>${cells.map((cell, i) =>
      i === 0 ? html`<th scope="row"${numeric(i)}>${cell}</th>` : html`<td${numeric(i)}>${cell}</td>`,
    )}</tr>
`,
  )
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>
`
}

/** Pairs of term and value; those without a value are left out. */
export function facts(pairs: readonly (readonly [term: string, value: Part])[]): Html {
  const shown = pairs.filter(([, value]) => value !== null && value !== '')
  return html`<dl class="facts">${shown.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
`
}

export interface Section {
  readonly id: string
  readonly title: string
  /** What the reader is looking at, in one sentence. */
  readonly lead: Part
  readonly body: Part
}

export function section({ id, title, lead, body }: Section): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${lead === null ? null : html`<p class="lead">${lead}</p>\n`}${body}</section>
`
}

/** A section of the appendix: closed on a screen, open on paper. */
export function part({ id, title, count = null, lead, body }: Section & { readonly count?: Part }): Html {
  return html`<details class="part"><summary><h3>${title}</h3>${count === null ? null : html` <span class="count">${count}</span>`}</summary>
<div id="${id}">${lead === null ? null : html`<p class="lead">${lead}</p>\n`}${body}</div></details>
`
}

/** Something long that waits closed, and is opened in print unless it is only for screens. */
export function fold(summary: Part, body: Part, where: 'screen' | 'everywhere' = 'everywhere'): Html {
  return html`<details${where === 'screen' ? html` class="screen"` : null}><summary>${summary}</summary>
${body}</details>
`
}

/** A word with a mark whose shape, not only its colour, tells the tone. */
export function marked(tone: 'good' | 'warn' | 'bad' | 'unknown', word: Part): Html {
  return html`<span class="mark ${tone}">${word}</span>`
}
