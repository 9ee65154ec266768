export const VERIFIER_PAGE: string
export function verifierPage(): Promise<string>
