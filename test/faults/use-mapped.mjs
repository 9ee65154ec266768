// Opens each LMDB database that it is given as a path, reads all of it, writes to it and closes it. Says `> path` before
// and `= done` or `= refused` after each, so that whoever started it knows which one ended the process.
import { writeSync } from 'node:fs'
import { open } from 'lmdb'

const say = (line) => writeSync(1, `${line}\n`)

for (const path of process.argv.slice(2)) {
  say(`> ${path}`)
  try {
    await use(open({ path, encoding: 'binary', keyEncoding: 'binary', maxDbs: 4 }))
    say('= done')
  } catch {
    say('= refused')
  }
}

async function use(root) {
  try {
    const tables = ['ids', 'states'].map((name) => root.openDB({ name, encoding: 'binary', keyEncoding: 'binary' }))
    const readAll = () => {
      for (const table of tables) for (const { value } of table.getRange()) value.toString('latin1')
    }
    readAll()
    for (let round = 0; round < 6; round++) {
      root.transactionSync(() => {
        for (let i = 0; i < 60; i++) {
          tables[0].putSync(Buffer.from(`new-${round}-${i}`), Buffer.alloc(2_000, 1))
          tables[1].putSync(Buffer.from(`key-${i}`), Buffer.alloc(9_000, 2))
        }
        for (const key of [...tables[0].getKeys({ limit: 50 })]) tables[0].removeSync(Buffer.from(key))
      })
    }
    readAll()
  } finally {
    await root.close()
  }
}
