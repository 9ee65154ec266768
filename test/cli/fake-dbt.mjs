#!/usr/bin/env node
// A stand-in for dbt in the tests of the wrapper: it plays a recording of a real run, with an invocation id of its
// own, the way that run went or ended by a fault. FAKE_DBT holds the plan as JSON:
//   recording   folder with logs/dbt.log and target/ (may be absent: no log, no artefacts)
//   fault       none | sigterm | sigkill | sigint | parse-error | wait (until a signal comes)
//   exit        exit code (default 0)
//   lines       how many lines of the log are written before the fault (default: all)
//   pauseMs     pause after every 20 lines
//   pad         extra statement lines of about 1 KB, to make a large log
//   plant       text that is put into an error message and a statement of the log and into run_results.json
//   copyLog     a second file that gets the same lines
//   stdout      what it prints (default: a line)
//   silent      true: it prints nothing on stderr
//   farewell    what it prints at last
//   meanwhile   a line for a shell, done when the log is written and nothing else is
//   atEnd       the same when everything is
//   rubbish     lines that no dbt would write, after the log
//   signal      the signal by which it ends, in place of `exit`
import { execSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const plan = JSON.parse(process.env.FAKE_DBT ?? '{}')
const args = process.argv.slice(2)
const option = (name, fallback) => {
  const at = args.findLastIndex((arg) => arg === name || arg.startsWith(`${name}=`))
  if (at === -1) return fallback
  return args[at].includes('=') ? args[at].slice(name.length + 1) : args[at + 1]
}
const invocation = randomUUID()
const logPath = option('--log-path', process.env.DBT_LOG_PATH ?? 'logs')
const targetPath = option('--target-path', 'target')
const runId = process.env.DBT_ENV_CUSTOM_ENV_CLYRA_RUN_ID
if (plan.argumentsFile !== undefined)
  appendFileSync(plan.argumentsFile, `${JSON.stringify({ args, runId: runId ?? null })}\n`)

process.stdout.write(plan.stdout ?? 'fake dbt speaks\n')
if (plan.silent !== true) process.stderr.write('fake dbt whispers\n')

const source = plan.recording === undefined ? '' : readFileSync(join(plan.recording, 'logs', 'dbt.log'), 'utf8')
const recorded = /"invocation_id": "([0-9a-f-]{36})"/.exec(source)?.[1] ?? 'none'
const mine = (text) => text.replaceAll(recorded, invocation)
const lines = source
  .split('\n')
  .filter((line) => line !== '')
  .map(mine)
if (plan.plant !== undefined) {
  const at = lines.findIndex((line) => line.includes('"name": "SQLQuery"'))
  if (at !== -1) lines[at] = lines[at].replace('"sql": "', `"sql": "select '${plan.plant}-literal' -- `)
}
const chosen = plan.fault === 'parse-error' ? lines.slice(0, 8) : lines.slice(0, plan.lines ?? lines.length)

let interrupted = false
process.on('SIGINT', () => {
  interrupted = true
})

mkdirSync(logPath, { recursive: true })
const log = openSync(join(logPath, 'dbt.log'), 'a')
let count = 0
for (const line of chosen) {
  writeSync(log, `${line}\n`)
  if (plan.copyLog !== undefined) appendFileSync(plan.copyLog, `${line}\n`)
  count += 1
  if (plan.pauseMs !== undefined && count % 20 === 0) await sleep(plan.pauseMs)
}
if (plan.pad !== undefined) {
  // In a thread of its own, and as dbt's adapters do: announcement, question, answer.
  const like = (name, data) => {
    const { info } = JSON.parse(lines.find((line) => line.includes(`"name": "${name}"`)) ?? '{"info":{}}')
    return JSON.stringify({ data, info: { ...info, msg: name, name, thread: 'padding' } })
  }
  const conn = { conn_name: 'padding', conn_type: 'postgres' }
  const statement = [
    like('ConnectionUsed', conn),
    like('SQLQuery', { ...conn, sql: `/* ${'x'.repeat(900)} */ select 1` }),
    like('SQLQueryStatus', { elapsed: 0.001, query_id: '', status: 'SELECT 1' }),
  ]
  writeSync(log, `${like('NewConnection', conn)}\n`)
  for (let i = 0; i < plan.pad; i++) writeSync(log, `${statement.join('\n')}\n`)
}
if (plan.rubbish !== undefined) {
  const many = 'what is this\n'.repeat(1000)
  for (let written = 0; written < plan.rubbish; written += 1000) writeSync(log, many)
}
const shell = (line) => execSync(line, { stdio: ['ignore', 'inherit', 'inherit'] })
if (plan.meanwhile !== undefined) shell(plan.meanwhile)
if (plan.readyFile !== undefined) {
  // Whoever waits for the file finds the whole number in it.
  writeFileSync(`${plan.readyFile}.part`, String(process.pid))
  renameSync(`${plan.readyFile}.part`, plan.readyFile)
}

const put = (name, edit = (value) => value) => {
  const from = join(plan.recording, 'target', name)
  if (!existsSync(from)) return
  const artifact = JSON.parse(mine(readFileSync(from, 'utf8')))
  artifact.metadata.invocation_id = invocation
  artifact.metadata.env = runId === undefined ? {} : { CLYRA_RUN_ID: runId }
  mkdirSync(targetPath, { recursive: true })
  writeFileSync(join(targetPath, name), JSON.stringify(edit(artifact)))
}
const partial = (results) => ({ ...results, results: results.results.slice(0, -2) })
const planted = (results) => {
  if (plan.plant !== undefined && results.results[0] !== undefined) results.results[0].message = `${plan.plant}-error`
  return results
}

if (plan.recording !== undefined && plan.fault !== 'parse-error') {
  put('manifest.json')
  if (plan.fault === 'wait') {
    while (!interrupted) await sleep(20)
    put('run_results.json', partial)
    process.exit(2)
  }
  if (plan.fault === 'sigterm') process.kill(process.pid, 'SIGTERM')
  if (plan.fault === 'sigkill') process.kill(process.pid, 'SIGKILL')
  if (plan.fault === 'sigterm' || plan.fault === 'sigkill') await sleep(10_000)
  put('run_results.json', planted)
}
if (plan.recording === undefined && plan.fault === 'wait') {
  while (!interrupted) await sleep(20)
  process.exit(2)
}
if (plan.atEnd !== undefined) shell(plan.atEnd)
process.stdout.write(plan.farewell ?? '')
if (plan.signal !== undefined) {
  process.kill(process.pid, plan.signal)
  await sleep(10_000)
}
process.exit(plan.fault === 'parse-error' ? 2 : (plan.exit ?? 0))
