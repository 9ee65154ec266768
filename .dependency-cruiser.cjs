const { existsSync, readdirSync } = require('node:fs')
const { join } = require('node:path')

/**
 * The room table of docs/architecture.md as rules. A room may import itself, the rooms named here, Node's built-ins
 * and the npm packages named here; everything else is an error.
 */
const BYTES = ['src/errors', 'src/canonical', 'src/crypto', 'src/merkle']
const EVENTS = [...BYTES, 'src/events']
const LEDGER = [...EVENTS, 'src/ports', 'src/ledger']
/** What may touch the system, above the ledger. */
const ABOVE = ['src/system', ...LEDGER]
const RUNTIME = [...ABOVE, 'src/stores', 'src/projector', 'projections', 'src/spool']

const rooms = {
  'src/errors': { rooms: [], packages: [] },
  'src/system': { rooms: ['src/errors'], packages: [] },
  'src/canonical': { rooms: ['src/errors'], packages: [] },
  'src/crypto': { rooms: ['src/errors', 'src/system', 'src/canonical'], packages: [] },
  'src/merkle': { rooms: ['src/errors', 'src/canonical', 'src/crypto'], packages: [] },
  'src/events': { rooms: BYTES, packages: ['zod', 'uuid'] },
  'src/ports': { rooms: EVENTS, packages: [] },
  'src/ledger': { rooms: [...EVENTS, 'src/ports'], packages: ['zod'] },
  'src/stores': { rooms: ABOVE, packages: ['lmdb', 'fs-native-extensions', '@node-rs/crc32', 'zod'] },
  'src/projector': { rooms: ABOVE, packages: ['lmdb'] },
  'src/evidence': { rooms: ABOVE, packages: [] },
  'src/replay': { rooms: [...ABOVE, 'src/projector', 'src/evidence'], packages: ['zod'] },
  projections: { rooms: EVENTS, packages: [] },
  profiles: { rooms: [...EVENTS, 'src/evidence', 'projections'], packages: [] },
  connectors: { rooms: ABOVE, packages: ['zod', 'yaml', 'pg'] },
  'src/spool': { rooms: [...ABOVE, 'src/stores'], packages: ['zod'] },
  'src/runtime': { rooms: [...RUNTIME, 'connectors/yaml'], packages: ['zod'] },
  'verifier/ts/src': { rooms: [], packages: ['@noble/hashes', '@noble/ed25519'] },
  'verifier/page/src': { rooms: ['verifier/ts/src'], packages: [] },
  'src/cli': {
    rooms: [...RUNTIME, 'src/evidence', 'src/replay', 'profiles', 'connectors', 'src/runtime', 'verifier/ts'],
    packages: ['commander', 'pino', 'yaml', 'zod', 'uuid', '@clyra/verify'],
  },
}

/** Who passes by the index of a room, and why. */
const beside = {
  'src/stores/embedded/checking-worker.ts':
    'is a thread that is started for each long reading, and loads what it checks with alone',
}

/** Folders of the rooms that have an index. */
function folders(below) {
  const inner = readdirSync(join(__dirname, below), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const found = inner.flatMap(({ name }) => folders(`${below}/${name}`))
  return existsSync(join(__dirname, below, 'index.ts')) && below !== 'src' ? [below, ...found] : found
}

const literally = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `room ${room}`,
  severity: 'error',
  comment: `${room} may import only the rooms and packages of the room table`,
  from: { path: `^${literally(room)}/`, pathNot: '\\.test(\\.support)?\\.ts$' },
  to: {
    dependencyTypesNot: ['core'],
    pathNot: [
      `^${literally(room)}/`,
      ...allowed.rooms.map((name) => `^${literally(name)}/`),
      ...allowed.packages.map((name) => `^node_modules/(@types/)?${literally(name)}(/|$)`),
      ...allowed.packages.map((name) => `^${literally(name)}$`),
    ],
  },
}))

/** A folder that has an index is a room or a part of one with its own door: others import it through the index alone. */
const indexRules = ['src', 'connectors', 'projections', 'profiles'].flatMap(folders).map((folder) => ({
  name: `the index of ${folder}`,
  severity: 'error',
  comment: `${folder} is imported through its index.ts; exceptions have their reason in the table above`,
  from: {
    path: '^(src|connectors|projections|profiles)/',
    pathNot: [
      `^${literally(folder)}/`,
      '\\.test(\\.support)?\\.ts$',
      ...Object.keys(beside).map((path) => `^${literally(path)}$`),
    ],
  },
  to: { path: `^${literally(folder)}/`, pathNot: '/index\\.ts$' },
}))

/**
 * Who besides `src/system` speaks to the file system itself, and why: whole rooms that keep files of their own, and
 * single modules. Each that is no longer needed goes; `test/repository/rims.test.ts` says which.
 */
const rims = {
  'src/stores/': 'keeps the ledger: files of its own, opened as state files, whose durability is what it is about',
  'src/crypto/key-file.ts': 'removes the unfinished key beside the one that it writes',
  'src/spool/': 'keeps the spool of a run: files of its own, opened as state files, as durable as the ledger',
  'src/cli/erasure/': 'looks through what holds a run, removes copies, and adds to the list of copies',
  'src/cli/doctor/': 'asks for modes, names and free room, and reads no content',
  'src/runtime/views/projections.ts': 'removes the kept projections, which the log gives again',
  'src/runtime/resident/socket-place.ts': 'makes, looks at and removes the socket and its folder',
  'src/cli/trust/trust-file.ts': 'makes the folder of the trust file and follows the link of a user to his own',
  'src/cli/wrapper/note-child.ts': 'writes a note into the spool, in the background of a run',
  'src/cli/wrapper/run-wrapped.ts': 'asks whether the spool is there, in the background of a run',
  'connectors/dbt/disk/file-lines.ts': 'reads a log in portions, from a descriptor that src/system opened',
  'connectors/dbt/disk/log-tail.ts': 'follows a growing log, from a descriptor that src/system opened',
  'src/cli/dbt/find-logs.ts': 'lists the rotated parts of a log',
  'connectors/dbt/disk/readable-log.ts': 'makes the folder and the file of the log for a dbt that would write none',
  'connectors/dbt/sources/read-repository.ts': 'asks for kinds and real places of what git names',
  'src/cli/dbt/dbt-command.ts': 'asks which file is a program; what is started is started by src/system',
  'src/cli/evidence/verify-tiles-at.ts': 'lists a published tree',
  'src/cli/commands/artifacts.ts': 'makes the draft folder of an export',
  'src/cli/commands/demo-data.ts': 'makes, marks and removes the folder of the demonstration',
  'src/cli/commands/export-tiles.ts': 'lists the folder that it is to write a tree into',
  'src/cli/commands/init.ts': 'lists the folder that it is to make a ledger in',
  'src/cli/write-schemas.ts': 'is run by whoever builds the product, not by it',
  'verifier/ts/src/cli': 'is a package of its own, with a reader and a writer of its own',
}

module.exports = {
  forbidden: [
    ...roomRules,
    ...indexRules,
    {
      name: 'only the rim touches the system',
      severity: 'error',
      comment: 'files are opened and programs started by src/system; exceptions have their reason in the table above',
      from: {
        path: '^(src|connectors|projections|profiles|verifier/ts/src)/',
        pathNot: [
          '^src/system/',
          '\\.test(\\.support)?\\.ts$',
          ...Object.keys(rims).map((path) => `^${literally(path)}`),
        ],
      },
      to: { path: '^(node:)?(fs|fs/promises)$', dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only the rim starts programs',
      severity: 'error',
      comment: 'no shell, a closed environment, no program of the working directory: startProgram',
      from: {
        path: '^(src|connectors|projections|profiles|verifier/ts/src)/',
        pathNot: ['^src/system/', '\\.test(\\.support)?\\.ts$'],
      },
      to: { path: '^(node:)?(child_process|cluster)$', dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'no circles', severity: 'error', from: { pathNot: '\\.test(\\.support)?\\.ts$' }, to: { circular: true } },
    {
      name: 'no test code in the product',
      severity: 'error',
      from: { path: '^(src|connectors|projections|profiles|verifier)/', pathNot: '\\.test(\\.support)?\\.ts$' },
      to: { path: '(^test/|\\.test\\.ts$|^bench/)' },
    },
    {
      name: 'the core verifier is isomorphic',
      severity: 'error',
      comment: 'only the command line of the verifier may touch Node',
      from: {
        path: '^verifier/ts/src/',
        pathNot: '(^verifier/ts/src/(cli|node)[^/]*\\.ts$|^verifier/ts/src/cli/|\\.test\\.ts$)',
      },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
}
