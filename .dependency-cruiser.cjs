/**
 * The room table of docs/architecture.md as rules. A room may import itself, the rooms named here, Node's built-ins
 * and the npm packages named here; everything else is an error.
 */
const rooms = {
  'src/errors': { rooms: [], packages: [] },
  'src/system': { rooms: ['src/errors'], packages: [] },
  'src/canonical': { rooms: ['src/errors'], packages: [] },
  'src/crypto': { rooms: ['src/errors', 'src/system', 'src/canonical'], packages: [] },
  'src/merkle': { rooms: ['src/errors', 'src/canonical', 'src/crypto'], packages: [] },
  'src/events': { rooms: ['src/errors', 'src/canonical', 'src/crypto', 'src/merkle'], packages: ['zod', 'uuid'] },
  'src/ledger': { rooms: ['src/errors', 'src/canonical', 'src/crypto', 'src/merkle', 'src/events'], packages: ['zod'] },
  'src/stores': {
    rooms: ['src/errors', 'src/system', 'src/canonical', 'src/crypto', 'src/merkle', 'src/events', 'src/ledger'],
    packages: ['lmdb', 'fs-native-extensions', '@node-rs/crc32', 'zod'],
  },
  'src/projector': {
    rooms: ['src/errors', 'src/system', 'src/canonical', 'src/crypto', 'src/merkle', 'src/events', 'src/ledger'],
    packages: ['lmdb'],
  },
  'src/evidence': {
    rooms: ['src/errors', 'src/system', 'src/canonical', 'src/crypto', 'src/merkle', 'src/events', 'src/ledger'],
    packages: [],
  },
  projections: { rooms: ['src/errors', 'src/canonical', 'src/crypto', 'src/merkle', 'src/events'], packages: [] },
  connectors: {
    rooms: ['src/errors', 'src/system', 'src/canonical', 'src/crypto', 'src/merkle', 'src/events', 'src/ledger'],
    packages: ['zod', 'yaml', 'pg'],
  },
  'verifier/ts/src': { rooms: [], packages: ['@noble/hashes', '@noble/ed25519'] },
  'src/cli': {
    rooms: [
      'src/errors',
      'src/system',
      'src/canonical',
      'src/crypto',
      'src/merkle',
      'src/events',
      'src/ledger',
      'src/stores',
      'src/projector',
      'src/evidence',
      'projections',
      'connectors',
      'verifier/ts',
    ],
    packages: ['commander', 'pino', 'yaml', 'zod', 'uuid', '@clyra/verify'],
  },
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

module.exports = {
  forbidden: [
    ...roomRules,
    { name: 'no circles', severity: 'error', from: { pathNot: '\\.test(\\.support)?\\.ts$' }, to: { circular: true } },
    {
      name: 'no test code in the product',
      severity: 'error',
      from: { path: '^(src|connectors|projections|verifier)/', pathNot: '\\.test(\\.support)?\\.ts$' },
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
