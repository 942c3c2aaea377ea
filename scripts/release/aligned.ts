/** The first multiple of `to` that is not before `at`: where formats of executables let a part begin. */
export function aligned(at: number, to: number): number {
  return Math.ceil(at / to) * to;
}
