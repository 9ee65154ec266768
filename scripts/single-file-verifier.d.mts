export function singleFileVerifier(): Promise<string>
