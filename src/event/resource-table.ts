/**
 * What resources exist: those that Kubernetes serves, and custom ones met in most clusters. Data for resource-names.ts;
 * discovery knows better where there is a cluster.
 */

export interface ResourceType {
  /** '' for the core group. */
  readonly group: string;
  /** Plural, as in the URL. */
  readonly resource: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly isNamespaced: boolean;
  /** Known to be served: by kube-apiserver itself, or found by discovery. Its name alone means it. */
  readonly isBuiltIn: boolean;
}

/** In the order in which kubectl prefers them: an unqualified name means the first. */
export function resourceTypes(): readonly ResourceType[] {
  types ??= [...ofAll(BUILT_IN, true), ...ofAll(CUSTOM, false)];
  return types;
}

let types: readonly ResourceType[] | undefined;

/** `group` null: in any of the groups. */
export function isBuiltInResource(group: string | null, resource: string): boolean {
  return resourceTypes().some(
    (type) => type.isBuiltIn && type.resource === resource && (group === null || type.group === group),
  );
}

/** What a cluster serves, before what it does not serve now: the log may tell of types that are gone. */
export function withServedTypes(served: readonly ResourceType[]): readonly ResourceType[] {
  const known = new Set(served.map(({ group, resource }) => `${resource}.${group}`));
  return [...served, ...resourceTypes().filter(({ group, resource }) => !known.has(`${resource}.${group}`))];
}

/** `plural Kind namespaced|cluster short names…` by group. */
type Group = readonly [group: string, types: readonly string[]];

function ofAll(groups: readonly Group[], isBuiltIn: boolean): ResourceType[] {
  return groups.flatMap(([group, lines]) =>
    lines.map((line) => {
      const [resource = '', kind = '', scope, ...shortNames] = line.split(' ');
      return { group, resource, kind, shortNames, isNamespaced: scope === 'namespaced', isBuiltIn };
    }),
  );
}

/** kube-apiserver v1.34.4 with every API on (`kubectl api-resources`), and what 1.36 adds. */
const BUILT_IN: readonly Group[] = [
  [
    '',
    [
      'bindings Binding namespaced',
      'componentstatuses ComponentStatus cluster cs',
      'configmaps ConfigMap namespaced cm',
      'endpoints Endpoints namespaced ep',
      'events Event namespaced ev',
      'limitranges LimitRange namespaced limits',
      'namespaces Namespace cluster ns',
      'nodes Node cluster no',
      'persistentvolumeclaims PersistentVolumeClaim namespaced pvc',
      'persistentvolumes PersistentVolume cluster pv',
      'pods Pod namespaced po',
      'podtemplates PodTemplate namespaced',
      'replicationcontrollers ReplicationController namespaced rc',
      'resourcequotas ResourceQuota namespaced quota',
      'secrets Secret namespaced',
      'serviceaccounts ServiceAccount namespaced sa',
      'services Service namespaced svc',
    ],
  ],
  [
    'apps',
    [
      'controllerrevisions ControllerRevision namespaced',
      'daemonsets DaemonSet namespaced ds',
      'deployments Deployment namespaced deploy',
      'replicasets ReplicaSet namespaced rs',
      'statefulsets StatefulSet namespaced sts',
    ],
  ],
  ['batch', ['cronjobs CronJob namespaced cj', 'jobs Job namespaced']],
  [
    'networking.k8s.io',
    [
      'ingressclasses IngressClass cluster',
      'ingresses Ingress namespaced ing',
      'ipaddresses IPAddress cluster ip',
      'networkpolicies NetworkPolicy namespaced netpol',
      'servicecidrs ServiceCIDR cluster',
    ],
  ],
  [
    'rbac.authorization.k8s.io',
    [
      'clusterrolebindings ClusterRoleBinding cluster',
      'clusterroles ClusterRole cluster',
      'rolebindings RoleBinding namespaced',
      'roles Role namespaced',
    ],
  ],
  [
    'admissionregistration.k8s.io',
    [
      'mutatingadmissionpolicies MutatingAdmissionPolicy cluster',
      'mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding cluster',
      'mutatingwebhookconfigurations MutatingWebhookConfiguration cluster',
      'validatingadmissionpolicies ValidatingAdmissionPolicy cluster',
      'validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding cluster',
      'validatingwebhookconfigurations ValidatingWebhookConfiguration cluster',
    ],
  ],
  ['apiextensions.k8s.io', ['customresourcedefinitions CustomResourceDefinition cluster crd crds']],
  ['apiregistration.k8s.io', ['apiservices APIService cluster']],
  [
    'authentication.k8s.io',
    ['selfsubjectreviews SelfSubjectReview cluster', 'tokenreviews TokenReview cluster'],
  ],
  [
    'authorization.k8s.io',
    [
      'localsubjectaccessreviews LocalSubjectAccessReview namespaced',
      'selfsubjectaccessreviews SelfSubjectAccessReview cluster',
      'selfsubjectrulesreviews SelfSubjectRulesReview cluster',
      'subjectaccessreviews SubjectAccessReview cluster',
    ],
  ],
  ['autoscaling', ['horizontalpodautoscalers HorizontalPodAutoscaler namespaced hpa']],
  [
    'certificates.k8s.io',
    [
      'certificatesigningrequests CertificateSigningRequest cluster csr',
      'podcertificaterequests PodCertificateRequest namespaced',
      'clustertrustbundles ClusterTrustBundle cluster',
    ],
  ],
  ['coordination.k8s.io', ['leasecandidates LeaseCandidate namespaced', 'leases Lease namespaced']],
  ['discovery.k8s.io', ['endpointslices EndpointSlice namespaced']],
  ['events.k8s.io', ['events Event namespaced ev']],
  [
    'flowcontrol.apiserver.k8s.io',
    ['flowschemas FlowSchema cluster', 'prioritylevelconfigurations PriorityLevelConfiguration cluster'],
  ],
  ['internal.apiserver.k8s.io', ['storageversions StorageVersion cluster']],
  ['node.k8s.io', ['runtimeclasses RuntimeClass cluster']],
  ['policy', ['poddisruptionbudgets PodDisruptionBudget namespaced pdb']],
  [
    'resource.k8s.io',
    [
      'deviceclasses DeviceClass cluster',
      'devicetaintrules DeviceTaintRule cluster',
      'resourceclaims ResourceClaim namespaced',
      'resourceclaimtemplates ResourceClaimTemplate namespaced',
      'resourceslices ResourceSlice cluster',
    ],
  ],
  [
    'scheduling.k8s.io',
    [
      'priorityclasses PriorityClass cluster pc',
      'workloads Workload namespaced',
      'podgroups PodGroup namespaced',
    ],
  ],
  [
    'storage.k8s.io',
    [
      'csidrivers CSIDriver cluster',
      'csinodes CSINode cluster',
      'csistoragecapacities CSIStorageCapacity namespaced',
      'storageclasses StorageClass cluster sc',
      'volumeattachments VolumeAttachment cluster',
      'volumeattributesclasses VolumeAttributesClass cluster vac',
    ],
  ],
  ['storagemigration.k8s.io', ['storageversionmigrations StorageVersionMigration cluster']],
];

/** Group, names and scope as in their projects' CRDs. Several kinds may share a name. */
const CUSTOM: readonly Group[] = [
  ['metrics.k8s.io', ['pods PodMetrics namespaced', 'nodes NodeMetrics cluster']],
  ['policy', ['podsecuritypolicies PodSecurityPolicy cluster psp']],
  [
    'argoproj.io',
    [
      'applications Application namespaced app apps',
      'applicationsets ApplicationSet namespaced appset appsets',
      'appprojects AppProject namespaced appproj appprojs',
      'rollouts Rollout namespaced ro',
      'workflows Workflow namespaced wf',
      'workflowtemplates WorkflowTemplate namespaced wftmpl',
      'cronworkflows CronWorkflow namespaced cwf',
    ],
  ],
  ['kustomize.toolkit.fluxcd.io', ['kustomizations Kustomization namespaced ks']],
  ['helm.toolkit.fluxcd.io', ['helmreleases HelmRelease namespaced hr']],
  [
    'source.toolkit.fluxcd.io',
    [
      'gitrepositories GitRepository namespaced gitrepo',
      'helmrepositories HelmRepository namespaced helmrepo',
      'helmcharts HelmChart namespaced hc',
      'ocirepositories OCIRepository namespaced ocirepo',
      'buckets Bucket namespaced',
    ],
  ],
  [
    'cert-manager.io',
    [
      'certificates Certificate namespaced cert certs',
      'certificaterequests CertificateRequest namespaced cr crs',
      'issuers Issuer namespaced',
      'clusterissuers ClusterIssuer cluster',
    ],
  ],
  ['acme.cert-manager.io', ['orders Order namespaced', 'challenges Challenge namespaced']],
  [
    'networking.istio.io',
    [
      'virtualservices VirtualService namespaced vs',
      'gateways Gateway namespaced gw',
      'destinationrules DestinationRule namespaced dr',
      'serviceentries ServiceEntry namespaced se',
      'sidecars Sidecar namespaced',
      'envoyfilters EnvoyFilter namespaced',
    ],
  ],
  [
    'security.istio.io',
    [
      'authorizationpolicies AuthorizationPolicy namespaced ap',
      'peerauthentications PeerAuthentication namespaced pa',
    ],
  ],
  [
    'gateway.networking.k8s.io',
    [
      'gateways Gateway namespaced gtw',
      'gatewayclasses GatewayClass cluster gc',
      'httproutes HTTPRoute namespaced',
      'grpcroutes GRPCRoute namespaced',
      'tlsroutes TLSRoute namespaced',
      'referencegrants ReferenceGrant namespaced refgrant',
    ],
  ],
  [
    'monitoring.coreos.com',
    [
      'servicemonitors ServiceMonitor namespaced smon',
      'podmonitors PodMonitor namespaced pmon',
      'prometheusrules PrometheusRule namespaced promrule',
      'prometheuses Prometheus namespaced prom',
      'alertmanagers Alertmanager namespaced am',
    ],
  ],
  ['route.openshift.io', ['routes Route namespaced']],
  ['apps.openshift.io', ['deploymentconfigs DeploymentConfig namespaced dc']],
  ['project.openshift.io', ['projects Project cluster', 'projectrequests ProjectRequest cluster']],
  ['build.openshift.io', ['builds Build namespaced', 'buildconfigs BuildConfig namespaced bc']],
  [
    'image.openshift.io',
    ['imagestreams ImageStream namespaced is', 'imagestreamtags ImageStreamTag namespaced istag'],
  ],
  ['user.openshift.io', ['users User cluster', 'groups Group cluster', 'identities Identity cluster']],
  ['oauth.openshift.io', ['oauthaccesstokens OAuthAccessToken cluster', 'oauthclients OAuthClient cluster']],
  ['security.openshift.io', ['securitycontextconstraints SecurityContextConstraints cluster scc']],
  [
    'config.openshift.io',
    ['clusteroperators ClusterOperator cluster co', 'clusterversions ClusterVersion cluster'],
  ],
  [
    'machineconfiguration.openshift.io',
    ['machineconfigs MachineConfig cluster mc', 'machineconfigpools MachineConfigPool cluster mcp'],
  ],
  ['karpenter.sh', ['nodepools NodePool cluster', 'nodeclaims NodeClaim cluster']],
  [
    'cluster.x-k8s.io',
    [
      'clusters Cluster namespaced cl',
      'machines Machine namespaced ma',
      'machinedeployments MachineDeployment namespaced md',
      'machinesets MachineSet namespaced ms',
    ],
  ],
  ['management.cattle.io', ['clusters Cluster cluster', 'projects Project namespaced']],
  ['autoscaling.k8s.io', ['verticalpodautoscalers VerticalPodAutoscaler namespaced vpa']],
  ['keda.sh', ['scaledobjects ScaledObject namespaced so', 'scaledjobs ScaledJob namespaced sj']],
  [
    'external-secrets.io',
    [
      'externalsecrets ExternalSecret namespaced es',
      'secretstores SecretStore namespaced ss',
      'clustersecretstores ClusterSecretStore cluster css',
    ],
  ],
  ['bitnami.com', ['sealedsecrets SealedSecret namespaced']],
  ['serving.knative.dev', ['services Service namespaced ksvc', 'revisions Revision namespaced rev']],
  ['kyverno.io', ['clusterpolicies ClusterPolicy cluster cpol', 'policies Policy namespaced pol']],
  ['templates.gatekeeper.sh', ['constrainttemplates ConstraintTemplate cluster']],
  [
    'velero.io',
    ['backups Backup namespaced', 'restores Restore namespaced', 'schedules Schedule namespaced'],
  ],
  ['postgresql.cnpg.io', ['clusters Cluster namespaced']],
  [
    'cilium.io',
    [
      'ciliumnetworkpolicies CiliumNetworkPolicy namespaced cnp',
      'ciliumclusterwidenetworkpolicies CiliumClusterwideNetworkPolicy cluster ccnp',
    ],
  ],
  ['crd.projectcalico.org', ['globalnetworkpolicies GlobalNetworkPolicy cluster']],
  ['traefik.io', ['ingressroutes IngressRoute namespaced', 'middlewares Middleware namespaced']],
  [
    'snapshot.storage.k8s.io',
    [
      'volumesnapshots VolumeSnapshot namespaced vs',
      'volumesnapshotcontents VolumeSnapshotContent cluster vsc',
      'volumesnapshotclasses VolumeSnapshotClass cluster vsclass',
    ],
  ],
  ['longhorn.io', ['volumes Volume namespaced lhv']],
];
