/** What programs call themselves. */

export const KUBELET = 'kubelet/v1.34.4 (linux/amd64) kubernetes/5864a46';
export const KUBECTL = 'kubectl/v1.34.4 (linux/amd64) kubernetes/5864a46';
export const OPERATOR = 'operator/v0.0.0 (linux/amd64) kubernetes/$Format';
export const CONTROLLERS = 'kube-controller-manager/v1.34.4 (linux/amd64) kubernetes/5864a46';
