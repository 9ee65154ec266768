export const SHIPPED: ReadonlySet<string>
export const TOOLS: ReadonlySet<string>
export function objection(license: unknown, allowed: ReadonlySet<string>): string | undefined
