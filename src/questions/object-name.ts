/** The object of a question, as a sentence names it. */
import { kubectlName } from '../event/resource-names.ts';
import type { ObjectQuery, TargetKey } from '../query/object-query.ts';

/** Of a row: `shop/deploy/web`, `node/n1`. */
export function targetName({ group, resource, namespace, name }: TargetKey): string {
  const type = resource === null ? null : kubectlName(group ?? '', resource);
  return [namespace, type, name].filter((part) => part !== null).join('/');
}

/** `shop/deploy/web`, `pods in shop`, `widgets.example.com in all namespaces`, `/metrics`. */
export function objectName(object: ObjectQuery): string {
  switch (object.kind) {
    case 'path':
      return object.pattern;
    case 'anything':
      return object.namespace === null ? 'anything' : `anything in ${object.namespace}`;
    case 'resource': {
      const type = kubectlName(object.group ?? '', object.resources[0] ?? object.typed);
      const isPlaced = object.namespace !== null && object.isNamespaced !== false;
      if (object.name !== null) return `${isPlaced ? `${object.namespace}/` : ''}${type}/${object.name}`;
      const where =
        object.isNamespaced === false
          ? ''
          : object.namespace === null
            ? ' in all namespaces'
            : ` in ${object.namespace}`;
      const resource = object.resources[0] ?? object.typed;
      // A type without a name of its own is told by its group too.
      return `${type === `${resource}.${object.group}` ? type : resource}${where}`;
    }
  }
}
