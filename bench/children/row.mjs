// A process of its own for one row, or a part of one: see `apart` in processes.mjs.
import { contextOf } from '../context.mjs'
import { answerCalls } from '../processes.mjs'

const context = contextOf(JSON.parse(process.argv[2]))

answerCalls({ measure: async (module, name, data) => (await import(module))[name](context, ...data) })
