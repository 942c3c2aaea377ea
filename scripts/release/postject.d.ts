/** What we use of postject, which brings no types. */
declare module 'postject' {
  export function inject(
    path: string,
    resource: string,
    data: Uint8Array,
    options: { readonly sentinelFuse: string; readonly machoSegmentName: string },
  ): Promise<void>;
}
