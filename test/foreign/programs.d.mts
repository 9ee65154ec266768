export type ProgramName = 'go' | 'cargo' | 'staticcheck'

export function programPath(name: ProgramName): string
export function isBuilt(name: ProgramName): boolean
export function lookUpProgram(name: ProgramName): { readonly present: boolean; readonly detail: string }
export function buildProgram(name: ProgramName): string
