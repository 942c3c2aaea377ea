/** Titles → ids that can be typed: `Attach/Exec Pod` → `falco-attach-exec-pod`. */

/** Different ones for the same title, in the order in which they are asked for. */
export function slugs(prefix: string): (title: string) => string {
  const taken = new Set<string>();
  return (title) => {
    const words = title
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '');
    const wanted = [prefix, words].filter((part) => part !== '').join('-');
    let id = wanted;
    for (let count = 2; taken.has(id); count++) id = `${wanted}-${count}`;
    taken.add(id);
    return id;
  };
}
