/** The secrets of a request's URL: what is run through exec, tokens and signatures in the query. Names and counts stay. */
import { namesSecretParameter, REDACTED } from './secret-names.ts';
import { maskSecrets, settled } from './secret-shapes.ts';

export function redactUri(uri: string): string {
  return settled(uri, maskUri);
}

function maskUri(uri: string): string {
  const at = uri.indexOf('?');
  const path = maskText(at < 0 ? uri : uri.slice(0, at));
  if (at < 0) return path;
  // Servers before Go 1.17 took `;` for `&`.
  const query = uri
    .slice(at + 1)
    .split(/([&;])/)
    .map((part, n) => (n % 2 === 0 ? redactParameter(part) : part))
    .join('');
  return `${path}?${query}`;
}

function redactParameter(parameter: string): string {
  const at = parameter.indexOf('=');
  const name = at < 0 ? parameter : parameter.slice(0, at);
  if (at < 0 || at === parameter.length - 1) return maskText(parameter);
  if (namesSecretParameter(decoded(name))) return `${name}=${REDACTED}`;
  const value = parameter.slice(at + 1);
  const plain = decoded(value);
  return maskSecrets(plain) === plain ? `${maskText(name)}=${value}` : `${maskText(name)}=${REDACTED}`;
}

/** Escapes can hide a token's dots; text that holds one only when decoded goes as a whole. */
function maskText(text: string): string {
  const masked = maskSecrets(text);
  if (masked !== text || !text.includes('%')) return masked;
  const plain = decoded(text);
  const clean = maskSecrets(plain);
  return clean === plain ? text : clean;
}

function decoded(text: string): string {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
