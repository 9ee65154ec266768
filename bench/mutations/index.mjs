export async function runMutations() {
  return 0
}
