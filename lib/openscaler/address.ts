// The addresses that the token may go to: the configured API, over TLS, or this very machine.
// Checked once, at construction, because an address that is wrong must not cost a token (rule 8).

import { PowerError } from '../core/errors.ts';
import type { VmId } from '../core/vm.ts';

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a secret may be sent there: `https:`, or `http:` to a loopback address. */
export function mayCarrySecrets(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback.test(url.hostname));
}

/** The API's address without a trailing slash. Throws `config`. */
export function apiBase(apiUrl: string, account: string): string {
  const url = URL.parse(apiUrl);
  const fault = url ? faultOf(url) : 'is not a URL';
  if (url && !fault) return url.origin + url.pathname.replace(/(?<!\/)\/+$/, '');
  throw new PowerError('config', `the apiUrl of account "${account}" ${fault}: give it as https://host`);
}

function faultOf(url: URL): string | null {
  if (url.username || url.password) return 'carries a user name or password';
  if (url.search || url.hash) return 'carries a query or a fragment';
  if (!mayCarrySecrets(url)) return `would send the token in the clear (${url.protocol}//${url.hostname})`;
  return null;
}

/** Where a project's VMs are listed. */
export function listUrl(base: string, project: string): string {
  return `${base}/v1/vms?project_id=${encodeURIComponent(project)}`;
}

/** Where one VM is read. */
export function vmUrl(base: string, id: VmId): string {
  return `${base}/v1/vms/${encodeURIComponent(id)}`;
}

/** Where actions are sent to. */
export function actionsUrl(base: string, id: VmId): string {
  return `${vmUrl(base, id)}/actions`;
}
