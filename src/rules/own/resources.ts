/** `resource:` of a rule: TYPE, TYPE.GROUP, TYPE/SUBRESOURCE; a star stands for any type, or any subresource, as in RBAC. */
import { UserError } from '../../errors.ts';
import { parseResource } from '../../event/resource-names.ts';
import { resourcePredicate } from '../../query/object-query.ts';
import { absent, all, any, equals, not, oneOf, type Predicate } from '../../query/predicate.ts';

/** `isAnyPart`: a TYPE alone is whatever is done to it, and not the object itself only. Throws a UserError for what is no type. */
export function resourcePredicates(typed: string, isAnyPart: boolean): Predicate {
  const [type = '', subresource, ...more] = typed.split('/');
  if (more.length > 0 || subresource === '') {
    throw new UserError('AUDIT_BAD_RULE', `${JSON.stringify(typed)} is no resource`, {
      hint: 'TYPE, TYPE.GROUP, TYPE/SUBRESOURCE, TYPE/*: pods, deployments.apps, pods/exec; names are name:',
    });
  }
  return all(typePredicate(type), subresourcePredicate(type, subresource, isAnyPart));
}

function typePredicate(type: string): Predicate {
  if (type === '*') return not(absent('objectRef.resource'));
  const { resources, group, isNamespaced } = parseResource(type);
  const exactly = resourcePredicate({
    ...{ kind: 'resource', typed: type, resources, group, isNamespaced },
    ...{ subresource: null, name: null, namespace: null },
  });
  // Forwarders lose the group; no kind of the core group is called as one of another.
  const isOfOther = group !== null && group !== '' && !resources.some(isCore);
  return isOfOther
    ? any(exactly, all(oneOf('objectRef.resource', resources), equals('objectRef.apiGroup', '')))
    : exactly;
}

function isCore(resource: string): boolean {
  return parseResource(resource).group === '';
}

function subresourcePredicate(type: string, subresource: string | undefined, isAnyPart: boolean): Predicate {
  if (subresource === '*') return not(absent('objectRef.subresource'));
  if (subresource !== undefined) return equals('objectRef.subresource', subresource);
  return type === '*' || isAnyPart ? all() : absent('objectRef.subresource');
}
