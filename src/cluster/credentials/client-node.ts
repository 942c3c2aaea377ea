/** The one door to @kubernetes/client-node, so that a bundle holds only what goes through it. Load on demand: 128 ms. */
export { KubeConfig } from '@kubernetes/client-node';
