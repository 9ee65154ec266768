import type { Lock } from './lock-file.mjs'

export function sbom(lock?: Lock): string
