import { NO_VERSION_CONTROL } from '../../../src/events/codes/index.js'
import type { RunView } from '../../run/index.js'
import { byteSize, code, dash, digest, name, plural } from './format.js'
import { type Html, html } from './html.js'
import type { Page } from './report-context.js'
import { fold, marked, part, table } from './table.js'

/** The files of the run: what dbt wrote, and the source as it lay on disk. */
export function filesPart({ run, context }: Page): Html {
  const sources = run.sources.map((source) => ({
    cells: [
      name(source.path),
      source.unavailable === null
        ? source.modified
          ? marked('warn', 'not as in the commit')
          : source.commit === null
            ? 'not under version control'
            : 'as committed'
        : marked('warn', source.unavailable),
      source.commit === null ? dash : html`<code class="digest">${source.commit.slice(0, 12)}</code>`,
      source.sha256 !== null
        ? digest(source.sha256)
        : source.fingerprint !== null
          ? html`<span class="quiet">keyed</span> ${digest(source.fingerprint)}`
          : dash,
    ],
  }))
  return part({
    id: 'files',
    title: 'Files',
    lead: 'What dbt wrote about the run, and the source files it ran from. A digest pins the bytes: whoever has the file can compare.',
    body: html`${versionControl(run)}${artifactsTable(run, context.embedded)}${
      sources.length === 0
        ? html`<p>No source file was read.</p>
`
        : fold(
            plural(sources.length, 'source file'),
            table(
              'Source files',
              [{ title: 'Path' }, { title: 'State' }, { title: 'Commit' }, { title: 'Digest' }],
              sources,
            ),
            'screen',
          )
    }`,
  })
}

/** The files that were captured, each in the bundle or outside of it. */
export function artifactsTable({ artifacts }: RunView, inBundle: readonly string[]): Html {
  if (artifacts.length === 0) {
    return html`<p>No artefact was captured.</p>
`
  }
  const embedded = new Set(inBundle)
  return table(
    'Artefacts',
    [{ title: 'Artefact' }, { title: 'Size', number: true }, { title: 'Where' }, { title: 'SHA-256' }],
    artifacts.map((artifact) => ({
      cells: [
        name(artifact.name),
        html`<span class="nowrap">${byteSize(artifact.size)}</span>`,
        embedded.has(artifact.sha256) ? 'in this bundle' : 'outside, named by digest',
        digest(artifact.sha256),
      ],
    })),
  )
}

/** What version control says of the project as a whole, in a line. */
function versionControl({ repository }: RunView): Html | null {
  if (repository === null) return null
  const { commit, modified, unavailable } = repository
  if (commit === null) {
    return html`<p>Version control: ${NO_VERSION_CONTROL[unavailable ?? 'failed']}</p>
`
  }
  const state =
    modified === null
      ? 'whether files differ from it is not known'
      : modified
        ? marked('warn', 'files differ from it')
        : 'no tracked file differs from it'
  return html`<p>Version control: commit ${code(commit)}; ${state}.</p>
`
}
