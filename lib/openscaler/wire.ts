// The border: JSON of the API → ListedVm, checked field by field, so that one VM's trouble stays that VM's (rule 5).
// Only what makes the list as a whole doubtful throws; a field that can't be read becomes a fault of its VM.

import * as v from 'valibot';

import { PowerError } from '../core/errors.ts';
import type { ListedVm, TagEntry, VmId } from '../core/vm.ts';
import { parseJson } from './json.ts';
import { isVmId } from './vm-id.ts';
import { hintsOfMore } from './whole.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const listBody = v.looseObject({ vms: v.array(v.unknown()) });
const numericId = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.string();
const optionalText = v.nullish(v.string(), '');
const projectId = v.nullish(v.union([v.string(), numericId]));
const tagTexts = v.array(v.string());
const tagObject = v.record(v.string(), v.string());

/** Who asks, so that messages can name it and VMs can carry it. */
export interface Origin {
  readonly account: string;
  readonly project: string;
}

/** All VMs of a list. Throws `list-failed` when it isn't one, `list-not-whole` when it hints that VMs are missing or doubtful. */
export function parseList(body: string, origin: Origin, headers: ReadonlyMap<string, string>): readonly ListedVm[] {
  const parsed = v.safeParse(listBody, parseJson(body));
  if (!parsed.success) {
    const words = 'the answer is not {"vms": […]}: check that apiUrl is the address of an OpenScaler API';
    throw new PowerError('list-failed', `GET /v1/vms of project "${origin.project}": ${words}`);
  }
  const { vms: entries, ...rest } = parsed.output;
  const vms = new Map<VmId, ListedVm>();
  const hints = hintsOfMore(rest, entries.length, headers);
  for (const [index, entry] of entries.entries()) {
    const vm = readEntry(entry, origin);
    if (typeof vm === 'string') hints.push(`entry ${index} of its vms ${vm}`);
    else if (vms.has(vm.id)) hints.push(`it has the id ${vm.id} twice`);
    else vms.set(vm.id, vm);
  }
  if (hints.length > 0) throw notWhole(origin, hints);
  return [...vms.values()];
}

function notWhole(origin: Origin, hints: readonly string[]): PowerError {
  const shown = hints.slice(0, 3).join('; ') + (hints.length > 3 ? `; and ${hints.length - 3} more` : '');
  const message = `the list of project "${origin.project}" may not be whole, so its VMs are left alone: ${shown}`;
  return new PowerError('list-not-whole', message, { faults: hints.slice(0, 100) });
}

/** One VM as `GET /v1/vms/{id}` answers it, or what is wrong with the answer. */
export function parseVm(body: string, id: VmId, account: string): ListedVm | string {
  const outer = parseJson(body);
  if (!isJsonObject(outer)) return 'the answer is not a VM';
  // The reference shows no example: bare, or wrapped as the list wraps its own.
  const entry = outer.id === undefined && isJsonObject(outer.vm) ? outer.vm : outer;
  const vm = readEntry(entry, { account, project: '' });
  if (typeof vm === 'string') return `the answer ${vm}`;
  if (vm.id !== id) return `the answer is about VM ${vm.id}`;
  return vm.project === '' ? { ...vm, faults: [...vm.faults, 'the API shows no project_id for it'] } : vm;
}

// An entry, or why it makes the whole list doubtful. With no asked project, any project is right.
function readEntry(raw: unknown, origin: Origin): ListedVm | string {
  if (!isJsonObject(raw)) return 'is not an object';
  const fields = raw;
  const id = readId(fields.id);
  if (id === null) return 'has no readable id';
  const faults: string[] = [];
  const project = readProject(fields, faults) || origin.project;
  if (origin.project !== '' && project !== origin.project) return `is VM ${id} of another project, "${short(project)}"`;
  return {
    id,
    name: readText(fields, 'name', text, faults),
    account: origin.account,
    project,
    region: readText(fields, 'region', optionalText, faults),
    // Only prices hang on it, so that one which can't be read is no reason to leave the VM alone.
    size: v.is(text, fields.size) ? fields.size : '',
    description: readText(fields, 'description', optionalText, faults),
    tags: readTags(fields.tags, faults),
    state: readText(fields, 'state', text, faults),
    faults,
  };
}

// Without a copy: of ten thousand VMs, every few seconds, copies are most of what a run's memory holds.
function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readId(raw: unknown): VmId | null {
  const id = v.is(numericId, raw) ? String(raw) : raw;
  return typeof id === 'string' && isVmId(id) ? id : null;
}

function readProject(fields: JsonObject, faults: string[]): string {
  const parsed = v.safeParse(projectId, fields.project_id);
  if (!parsed.success) faults.push('the API shows a project_id for it that is not text');
  return parsed.success ? String(parsed.output ?? '') : '';
}

function readText(
  fields: JsonObject,
  key: 'name' | 'region' | 'description' | 'state',
  schema: typeof text | typeof optionalText,
  faults: string[],
): string {
  const parsed = v.safeParse(schema, fields[key]);
  if (parsed.success) return parsed.output;
  faults.push(
    fields[key] === undefined ? `the API shows no ${key} for it` : `the API shows a ${key} for it that is not text`,
  );
  return '';
}

function readTags(raw: unknown, faults: string[]): readonly TagEntry[] {
  if (raw === undefined || raw === null) return [];
  const entries = v.is(tagTexts, raw) ? raw.map(readTag) : entriesOfObject(raw);
  if (entries?.every(({ key }) => key !== '')) return entries;
  faults.push('the API shows tags for it that are neither a list of "key=value" nor an object of texts');
  return [];
}

// A record silently loses keys like "constructor": better no tags, and a fault, than half of them.
function entriesOfObject(raw: unknown): readonly TagEntry[] | null {
  const parsed = v.safeParse(tagObject, raw);
  if (Array.isArray(raw) || !parsed.success) return null;
  const entries = Object.entries(parsed.output).map(([key, value]) => ({ key, value }));
  return entries.length === Object.keys(Object(raw)).length ? entries : null;
}

function readTag(entry: string): TagEntry {
  const at = entry.indexOf('=');
  return at === -1
    ? { key: entry.trim(), value: '' }
    : { key: entry.slice(0, at).trim(), value: entry.slice(at + 1).trim() };
}

function short(words: string): string {
  return words.length > 40 ? `${words.slice(0, 40)}…` : words;
}
