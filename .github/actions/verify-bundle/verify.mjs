// The step of the action: runs the verifiers that are given, writes outputs and summary, and ends with 0 for VALID alone.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const VERDICTS = ['VALID', 'INVALID', 'UNTRUSTED', 'DIVERGED', 'INCOMPLETE', 'STALE']
const MARKS = { pass: '✓ passed', fail: '✗ failed', 'not-run': '– not run' }

const given = (name) => process.env[`CLYRA_${name}`]?.trim() ?? ''

/** What ends the step without a verdict. */
class Stop extends Error {}

function required(name) {
  const value = given(name)
  if (value === '') throw new Stop(`the input ${name.toLowerCase().replaceAll('_', '-')} is empty`)
  return value
}

/** The commands to run, by the name of the verifier. */
function verifiers() {
  const single = verifier(required('VERIFIER'), given('VERIFIER_SHA256'))
  const go = given('GO_VERIFIER')
  return [
    { name: 'TypeScript', command: [process.execPath, single] },
    ...(go === '' ? [] : [{ name: 'Go', command: [verifier(go, given('GO_VERIFIER_SHA256'))] }]),
  ]
}

/** The absolute path of a verifier, which has the digest that was asked for. */
function verifier(path, pinned) {
  const sha256 = digestOf(path)
  if (pinned !== '' && sha256 !== pinned)
    throw new Stop(`${path} has the SHA-256 ${sha256}, and ${pinned} was asked for`)
  return resolve(path)
}

/** Only the inputs are trusted: a file of keys is named, so that none of this machine's is looked for. */
function demands(folder) {
  const keys = join(folder, 'keys')
  writeFileSync(keys, `${required('KEY')}\n`)
  const options = { '--min-size': given('FLOOR'), '--run': given('RUN'), '--max-age': given('MAX_AGE') }
  return [
    '--trust',
    keys,
    ...Object.entries(options).flatMap(([flag, value]) => (value === '' ? [] : [`${flag}=${value}`])),
  ]
}

function verdictOf({ name, command }, args) {
  const [program, ...before] = command
  const ended = spawnSync(program, [...before, ...args], { encoding: 'utf8', maxBuffer: 64 << 20 })
  const said = `${ended.error?.message ?? ''}${ended.stderr ?? ''}`.trim()
  if (ended.status !== 0 && ended.status !== 1) throw new Stop(`the verifier in ${name} gave no verdict: ${said}`)
  let result
  try {
    result = JSON.parse(ended.stdout)
  } catch {
    throw new Stop(`the verifier in ${name} gave no result: ${said}`)
  }
  if (!VERDICTS.includes(result.verdict) || !/^[A-Z_]{1,64}$/.test(result.code))
    throw new Stop(`the verifier in ${name} gave a verdict that is not known`)
  if ((result.verdict === 'VALID') !== (ended.status === 0))
    throw new Stop(`the verifier in ${name} gave a verdict and an exit status that differ`)
  return result
}

const digestOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Evidence is hostile: none of it may become markup of the summary. */
const plain = (text) =>
  String(text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?')
    .replace(/[&<>"'|`\\*_[\]()#!@~:$]/g, (c) => `&#${c.codePointAt(0)};`)

function summary({ verdict, code, checks, warnings, run }, digest, names) {
  const rows = checks.map(
    ({ name, result, code: why, detail }) =>
      `| ${plain(name)} | ${MARKS[result] ?? plain(result)} | ${plain([why, detail].filter(Boolean).join(': '))} |`,
  )
  return [
    `## Clyra: ${verdict}${code === 'OK' ? '' : ` (${plain(code)})`}`,
    '',
    ...(run ? [`The record of run ${plain(run.id)}: ${plain(run.outcome)}, ${plain(run.completeness)}.`, ''] : []),
    ...(digest === '' ? [] : [`SHA-256 of the bundle: ${digest}`, '']),
    `Verified by: ${names.join(', ')}.`,
    '',
    '| check | result | what was found |',
    '|---|---|---|',
    ...rows,
    '',
    ...warnings.map(({ code: what, detail }) => `- ${plain(what)}: ${plain(detail)}`),
    '',
  ].join('\n')
}

const folder = mkdtempSync(join(process.env.RUNNER_TEMP ?? tmpdir(), 'clyra-'))
try {
  const bundle = required('BUNDLE')
  const found = verifiers()
  const args = [...demands(folder), '--json', '--', bundle]
  const digest = statSync(bundle).isDirectory() ? '' : digestOf(bundle)
  const results = found.map((verifier) => verdictOf(verifier, args))
  const [first] = results
  const names = found.map(({ name }) => name)
  if (results.some(({ verdict, code }) => verdict !== first.verdict || code !== first.code))
    throw new Stop(
      `the verifiers disagree: ${results.map(({ verdict, code }, i) => `${names[i]} says ${verdict} (${code})`).join(', ')}`,
    )
  // Each value is of a closed form, so that none begins another line.
  appendFileSync(process.env.GITHUB_OUTPUT, `verdict=${first.verdict}\ncode=${first.code}\ndigest=${digest}\n`)
  appendFileSync(process.env.GITHUB_STEP_SUMMARY, summary(first, digest, names))
  process.stdout.write(`${first.verdict} (${first.code})\n`)
  process.exitCode = first.verdict === 'VALID' ? 0 : 1
} catch (error) {
  // A workflow command is one line.
  process.stdout.write(`::error::${String(error.message).replace(/[\r\n]+/g, ' ')}\n`)
  process.exitCode = 2
} finally {
  rmSync(folder, { recursive: true, force: true })
}
