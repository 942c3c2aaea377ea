import { describe, expect, it } from 'vitest';
import { all, equals, oneOf } from '../../../src/query/predicate.ts';
import { fileOf, holds, onlyRule } from './judging.ts';

describe('Falco conditions', () => {
  it.each<[string, boolean]>([
    ['ka.verb = create', true],
    ['ka.verb == create', true],
    ['ka.verb=create', true],
    ['ka.verb = CREATE', false],
    ['ka.verb != create', false],
    ['ka.verb != get', true],
    ['ka.verb = "create"', true],
    ["ka.verb = 'create'", true],
    ['not ka.verb = create', false],
    ['not not ka.verb = create', true],
    ['not(ka.verb = get)', true],
    ['ka.verb = get or ka.verb = create and ka.user.name = alice', true],
    ['(ka.verb = get or ka.verb = create) and ka.user.name = bob', false],
    ['ka.verb = get or(ka.user.name = alice)', true],
    ['ka.verb = create and(ka.user.name = alice)', true],
    ['ka.verb in (get, create)', true],
    ['ka.verb in (get, "create")', true],
    ['ka.verb in ()', false],
    ['ka.verb intersects (get, create)', true],
    ['ka.user.groups intersects (ops, dev)', true],
    ['ka.user.groups intersects (dev)', false],
    ['ka.user.groups in (ops, system:authenticated, more)', true],
    ['ka.user.groups in (ops)', false],
    ['ka.user.groups exists', true],
    ['ka.target.subresource exists', false],
    ['not ka.target.subresource exists', true],
    ['ka.uri contains fieldManager', true],
    ['ka.uri contains FIELDMANAGER', false],
    ['ka.uri icontains FIELDMANAGER', true],
    ['ka.uri startswith /api/v1', true],
    ['ka.uri endswith second', true],
    ['ka.uri startswith "/api/v1/namespaces/shop/pods?"', true],
    ['ka.user.name glob al*', true],
    ['ka.user.name glob AL*', false],
    ['ka.user.name iglob AL*', true],
    ['ka.user.name glob [a-c]l?ce', true],
    ['ka.user.name glob [!a]*', false],
    ['ka.user.name glob "[[:alpha:]]*"', true],
    ['ka.user.name regex al.*e', true],
    ['ka.user.name regex al', false],
    ['ka.user.name regex "(alice|bob)"', true],
    ['ka.uri pmatch (/api/v1, /apis)', true],
    ['ka.uri pmatch (/api/*/namespaces)', true],
    ['ka.uri pmatch (/api/v)', false],
    ['ka.uri pmatch (/)', true],
    ['ka.req.pod.volumes.hostpath intersects (/var/run/docker.sock)', true],
    ['ka.req.pod.containers.privileged intersects (true)', true],
    ['ka.req.pod.containers.image.repository in (docker.io/library/nginx, quay.io/x/side)', true],
    ['ka.req.pod.containers.image.repository in (docker.io/library/nginx)', false],
    ['ka.req.pod.containers.image[1] intersects ("quay.io/x/side@sha256:abc")', true],
    ['ka.req.pod.containers.image[0] intersects ("quay.io/x/side@sha256:abc")', false],
    ['ka.req.pod.containers.image[7] exists', false],
    ['ka.req.pod.host_network intersects (true)', true],
    ['ka.req.pod.host_network = true', true],
    ['ka.req.pod.host_pid = false', true],
    ['ka.req.volume.hostpath[/var/run*] = true', true],
    ['ka.req.volume.hostpath[/var/run] = true', false],
    ['ka.req.volume.hostpath["/var/run/docker.sock"] = true', true],
    ['ka.uri.param[fieldManager] = kubectl-run', true],
    ['ka.uri.param[pretty] = "a b"', true],
    ['ka.uri.param[absent] exists', false],
    ['ka.response.code = 201', true],
    ['ka.response.code startswith 2', true],
    ['ka.response.code in (200, 201)', true],
    ['ka.response.code != 200', true],
    ['ka.response.code >= 201', true],
    ['ka.response.code > 201', false],
    ['ka.response.code < 300', true],
    ['ka.response.code <= 200', false],
    ['ka.auth.decision = allow', true],
    ['ka.auth.decision != allow', false],
    ['ka.auth.reason contains "RBAC"', true],
    ['ka.auth.reason icontains "rbac"', true],
    ['ka.security.pod.violations exists', true],
    ['ka.sourceips intersects (10.0.3.7)', true],
    ['ka.sourceips[0] intersects (10.0.3.7)', false],
    ['jevt.value[/verb] = create', true],
    ['jevt.value[verb] = create', true],
    ['jevt.value[/requestObject/spec/containers/1/name] = side', true],
    ['jevt.value[/requestObject/metadata/labels/app~1tier] = front', true],
    ['jevt.value[/requestObject/metadata/labels/a~0b] = tilde', true],
    ['jevt.value[/requestObject/spec/hostNetwork] = true', true],
    ['jevt.value[/requestObject/spec/tls] exists', false],
    ['json.value[/user/username] = alice', true],
    ['jevt.obj contains "SYS_ADMIN"', true],
    ['jevt.rawtime exists', true],
    ['jevt.rawtime = 0', false],
    ['evt.rawtime > 1700000000000000000', true],
    ['evt.source = k8s_audit', true],
    ['evt.is_async = true', false],
    ['ka.req.binding.subject.has_name[x] = true', true],
    ['tolower(ka.verb) = create', true],
    ['toupper(ka.verb) = CREATE', true],
    ['toupper(ka.user.groups) intersects (OPS)', true],
    ['basename(ka.target.name) = web', true],
    ['basename(ka.req.configmap.name) in (web)', true],
    ['len(ka.user.groups) = 2', true],
    ['len(ka.verb) > 6', false],
    ['b64(ka.verb) exists', true],
    ['ka.target.name = val(ka.resp.name)', true],
    ['ka.user.name != val(ka.impuser.name)', true],
    ['tolower(ka.user.name) = toupper(ka.impuser.name)', false],
    ['ka.verb = anyof (get, create)', true],
    ['ka.verb startswith oneof (cr, c)', false],
    ['ka.verb startswith oneof (cr, d)', true],
    ['ka.verb startswith allof (cr, c)', true],
    ['ka.verb != allof (get, list)', true],
    ['ka.verb contains anyof', false],
  ])('%s: %s', async (condition, expected) => {
    expect(await holds(condition)).toBe(expected);
  });

  it.each([
    [
      'ka.target.name != web',
      {
        objectRef: { resource: 'pods', namespace: 'shop' },
        requestObject: undefined,
        responseObject: undefined,
      },
    ],
    ['ka.impuser.name != bob', { impersonatedUser: undefined }],
    ['ka.auth.decision != forbid', { annotations: {} }],
    ['ka.response.code != 200', { responseStatus: undefined }],
    ['ka.req.binding.role != cluster-admin', {}],
    ['ka.req.role.rules.verbs in (get)', {}],
    ['ka.user.name in (alice)', { user: {} }],
  ])('says nothing of what is not there: %s', async (condition, over) => {
    expect(await holds(condition, over)).toBe(false);
    expect(await holds(`not ${condition}`, over)).toBe(true);
  });

  it.each<[string, boolean]>([
    ['ka.target.namespace = shop', true],
    ['ka.target.namespace != kube-system', true],
    ['ka.target.namespace in (shop)', true],
    ['ka.target.namespace exists', true],
    ['not ka.target.namespace = shop', false],
  ])(
    "takes a Namespace's own name for its namespace, as the server logs it: %s",
    async (condition, expected) => {
      const over = { verb: 'delete', objectRef: { resource: 'namespaces', namespace: 'shop', name: 'shop' } };
      expect(await holds(condition, over)).toBe(expected);
    },
  );

  it('has no name of a request that is about no object', async () => {
    const over = { objectRef: undefined, requestURI: '/healthz', requestObject: undefined };
    expect(await holds('ka.target.name exists', over)).toBe(false);
    expect(await holds('ka.target.name != web', over)).toBe(false);
  });

  it.each([
    ['ka.verb = (create)', /"\(create\)" stands where a value/],
    ['ka.verb =', /it ends where a value/],
    ['ka.verb in (create', /it ends where "," or "\)"/],
    ['ka.verb near create', /an operator such as/],
    ['(ka.verb = create', /it ends where "\)"/],
    ['ka.verb = create ka.user.name = alice', /"and", "or" or the end/],
    ['ka.verb = "create', /this quote is not closed/],
    ['ka.verb = "a\\q"', /no escape/],
    ['ka.verbs = create', /there is no field ka\.verbs/],
    ['proc.name = bash', /there is no field proc\.name/],
    ['evt.num > 3', /running Falco only/],
    ['ka.uri.param = x', /must have a name in brackets/],
    ['ka.verb[0] = x', /takes nothing in brackets/],
    ['ka.req.pod.containers.image[x] exists', /takes a number in brackets/],
    ['ka.user.groups = ops', /exists, in and intersects only/],
    ['ka.uri bcontains CAFE', /is for bytes/],
    ['ka.uri bstartswith CAFE', /is for bytes/],
    ['ka.user.name regex "(?=a)"', /cannot be run/],
    ['ka.user.name regex "(a"', /cannot be run/],
    ['evt.rawtime contains 3', /for texts, not for numbers/],
    ['join(ka.verb) = x', /join\(\) is not supported/],
    ['val(ka.verb) = x', /stands right of an operator/],
    ['ka.verb = val(ka.user.groups)', /of different kinds/],
    ['ka.verb regex val(ka.user.name)', /takes values, not a field/],
    ['unknown_macro and ka.verb = get', /there is no macro unknown_macro/],
    ['len(evt.rawtime) = 3', /for texts, not for numbers/],
    ['ka.verb >= create', /where a number is expected/],
  ])('refuses %s', async (condition, message) => {
    await expect(holds(condition)).rejects.toThrow(message);
  });

  it('says in predicates what predicates can say, so that sources read less', async () => {
    const condition = 'ka.target.resource = secrets and ka.verb in (get, list) and ka.auth.decision = allow';
    expect((await onlyRule(fileOf(condition))).condition).toEqual(
      all(
        equals('objectRef.resource', 'secrets'),
        oneOf('verb', ['get', 'list']),
        equals('annotations', 'authorization.k8s.io/decision=allow'),
      ),
    );
  });
});
