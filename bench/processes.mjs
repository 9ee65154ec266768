import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CheckFailed } from './checks/expect.mjs'

const ROW = fileURLToPath(new URL('children/row.mjs', import.meta.url))

/**
 * A process with a heap, a compiler and a collector of its own, so that nobody is measured among the garbage of others.
 * `file` answers with `answerCalls` and is given `data` as JSON; `who` names it where it dies.
 *
 * `call` asks for one thing at a time. It rejects with CheckFailed where a check failed over there, or where the process
 * ended before it answered. `end` resolves when the process is gone, whether it lives or has died.
 */
export function startProcess(file, data, who) {
  const child = fork(file, [JSON.stringify(data)], { execArgv: ['--expose-gc'], serialization: 'advanced' })
  let asked
  let how
  const gone = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      how = signal ?? code
      asked?.reject(died())
      resolve()
    })
  })
  const died = () => new CheckFailed(`the process of ${who} ended with ${how}`)
  child.on('message', ({ error, result }) => {
    if (error === undefined) asked.resolve(result)
    else asked.reject(errorOf(error))
  })
  return {
    async call(name, ...args) {
      if (how !== undefined) throw died()
      const answer = new Promise((resolve, reject) => {
        asked = { resolve, reject }
      })
      child.send({ name, args })
      try {
        return await answer
      } finally {
        asked = undefined
      }
    },
    alive: () => how === undefined,
    async end() {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}

/** The other end of `startProcess`: what is called is looked up in `functions`. Ends with the process that started it. */
export function answerCalls(functions) {
  process.on('message', async ({ name, args }) => {
    process.send(
      await Promise.resolve(args)
        .then((given) => functions[name](...given))
        .then(
          (result) => ({ result }),
          ({ name, message, stack }) => ({ error: { name, message, stack } }),
        ),
    )
  })
  process.once('disconnect', () => process.exit())
}

/** An error's name, text and stack as they were over there. */
function errorOf({ name, message, stack }) {
  const error = name === 'CheckFailed' ? new CheckFailed(message) : new Error(message)
  return Object.assign(error, { name, stack })
}

/**
 * What `name` of `module` (its URL) gives for the context and plain data, from a fresh process. In this one where the
 * context was not made of options alone: a broken part that a mutation put in cannot cross over.
 */
export async function apart(context, module, name, ...data) {
  if (context.options === undefined) return (await import(module))[name](context, ...data)
  const fresh = startProcess(ROW, context.options, name)
  try {
    return await fresh.call('measure', module, name, data)
  } finally {
    await fresh.end()
  }
}
