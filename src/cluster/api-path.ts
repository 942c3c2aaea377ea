/** Paths of the Kubernetes API, from names that somebody else chose. */

/** Null for names that no object can have: they would lead somewhere else (apimachinery, pkg/api/validation/path). */
export function resourcePath(place: {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string | null;
}): string | null {
  const { group, version, resource, namespace, name } = place;
  const parts = [
    ...(group === '' ? ['api'] : ['apis', group]),
    version,
    ...(namespace === null ? [] : ['namespaces', namespace]),
    resource,
    ...(name === null ? [] : [name]),
  ];
  return parts.every(isSegment) ? `/${parts.map(encodeURIComponent).join('/')}` : null;
}

function isSegment(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && name.isWellFormed() && !/[/%]/.test(name);
}
