/**
 * .krew.yaml as krew's release bot fills it (rajatjindal/krew-release-bot, pkg/source/template.go): the tag, and for each archive its address
 * and the sum of what lies there. Any other part of Go's templates is refused.
 */

/** `sumOf`: of an archive's address. */
export function filledByBot(template: string, tag: string, sumOf: (uri: string) => string): string {
  const filled = template
    .replaceAll(
      /\{\{\s*addURIAndSha "([^"]+)" \.TagName \| indent (\d+)\s*\}\}/g,
      (_all, uri: string, indent: string) => {
        const address = uri.replaceAll(/\{\{\s*\.TagName\s*\}\}/g, tag);
        return `uri: ${address}\n${' '.repeat(Number(indent))}sha256: ${sumOf(address)}`;
      },
    )
    .replaceAll(/\{\{\s*\.TagName\s*\}\}/g, tag);
  const other = /\{\{[^}]*\}\}/.exec(filled);
  if (other !== null) throw new Error(`the bot would be asked for ${other[0]}`);
  return filled;
}
