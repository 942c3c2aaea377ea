/** Deeds that give power or secrets: what attackers come for, and what few do by habit. */

const READING = /^(?:get|list|watch) (?:secrets)(?: |$)/;
const ENTERING =
  /^\w+ (?:pods\/(?:exec|attach|portforward|ephemeralcontainers)|nodes\/proxy|pods\/proxy|services\/proxy)(?: |$)/;
const GRANTING =
  /^(?:create|update|patch|delete|deletecollection) (?:(?:cluster)?role(?:binding)?s\.rbac\.authorization\.k8s\.io|serviceaccounts\/token|secrets|certificatesigningrequests\S*|(?:validating|mutating)\S+\.admissionregistration\.k8s\.io|customresourcedefinitions\S*|apiservices\S*|daemonsets\.apps|namespaces|nodes|persistentvolumes)(?: |$)/;

/** `action`: as in seen.ts: `create pods/exec`. */
export function isRisky(action: string): boolean {
  return READING.test(action) || ENTERING.test(action) || GRANTING.test(action);
}
