/**
 * The notes of a release, in Markdown: digests first, that of the verifier page before all others, because whoever opens it
 * has nothing else to trust; then what changed. `files`: `{ name, size, sha256 }`; `changelog`: CHANGELOG.md as text.
 * Throws where the changelog has no section of this version and none that is unreleased.
 */
export function releaseNotes({ version, files, changelog }) {
  const page = files.find(({ name }) => name === 'clyra-verify.html')
  const sections = changelog.split(/^## /m).slice(1)
  const section = [version, 'Unreleased'].flatMap((title) => sections.filter((one) => headOf(one).includes(title)))[0]
  if (page === undefined || section === undefined)
    throw new Error('there is no page, or nothing is said of this version')
  return `# Clyra ${version}

The verifier page \`clyra-verify.html\` has the SHA-256

    ${page.sha256}

Compare it with \`sha256sum clyra-verify.html\` before you believe what the page says. Whoever has this release installed writes the same bytes with \`clyra verify --page\`, which prints the digest too.

| file | bytes | SHA-256 |
|---|---:|---|
${files.map(({ name, size, sha256 }) => `| \`${name}\` | ${size.toLocaleString('en')} | \`${sha256}\` |`).join('\n')}

## What changed

${section.slice(headOf(section).length).trim()}
`
}

const headOf = (section) => section.split('\n', 1)[0]
