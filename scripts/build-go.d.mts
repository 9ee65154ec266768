export interface Target {
  readonly os: string
  readonly arch: string
}
export declare const goSources: string
export declare const COMMANDS: readonly string[]
export declare const TARGETS: readonly Target[]
export declare const HOST: Target
export declare function targetName(target: Target): string
export declare function hasGo(): boolean
export declare function binaryName(command: string, target: Target): string
export declare function buildGo(options: {
  readonly folder: string
  readonly target: Target
  readonly commands?: readonly string[]
  readonly sources?: string
  readonly env?: Readonly<Record<string, string>>
}): string[]
