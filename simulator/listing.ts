// GET /v1/vms: the VMs of the projects asked for, whole, in pages, or wrong in the ways the quirks choose.

import type { Answer } from './answers.ts';
import type { ListFault, Quirks } from './quirks.ts';
import type { SimulatedVm } from './vm.ts';
import type { VmDocument } from './vm-document.ts';

interface ListedVm {
  readonly vm: SimulatedVm;
  readonly document: VmDocument;
}

/** Answers lists, and remembers what happens to the first of them only. */
export class Listing {
  readonly #quirks: Quirks;
  readonly #byProject: ReadonlyMap<string, readonly ListedVm[]>;
  readonly #missingOnce: Set<string>;
  readonly #failures = new Map<string, number>();

  constructor(vms: Iterable<ListedVm>, quirks: Quirks) {
    this.#quirks = quirks;
    this.#byProject = Map.groupBy(vms, ({ vm }) => vm.project);
    this.#missingOnce = new Set(quirks.list.missingOnce);
  }

  /** The answer to a list with this query. */
  answer(query: URLSearchParams): Answer {
    const projects = this.#projectsOf(query);
    if (projects === null) return { status: 400, reason: 'project_id is required' };
    for (const project of projects) {
      const fault = this.#faultOf(project);
      if (fault !== null) return fault;
    }
    return this.#list(projects, query);
  }

  #projectsOf(query: URLSearchParams): readonly string[] | null {
    const asked = query.getAll('project_id').filter((project) => project !== '');
    if (asked.length === 0) return this.#quirks.projectIdRequired ? null : [...this.#byProject.keys()];
    return this.#quirks.repeatedProjectId === 'last' ? asked.slice(-1) : [...new Set(asked)];
  }

  #faultOf(project: string): Answer | null {
    const fault: ListFault | undefined = this.#quirks.list.failProjects[project];
    const failed = this.#failures.get(project) ?? 0;
    if (fault !== undefined && failed < (fault.times ?? Number.POSITIVE_INFINITY)) {
      this.#failures.set(project, failed + 1);
      return typeof fault.answer === 'string' ? fault.answer : { status: fault.answer, reason: 'the list failed' };
    }
    const isUnknown = !this.#byProject.has(project) && this.#quirks.unknownProject !== 200;
    return isUnknown ? { status: this.#quirks.unknownProject, reason: 'no such project' } : null;
  }

  #list(projects: readonly string[], query: URLSearchParams): Answer {
    const { paged, duplicateId, linkHeader, total } = this.#quirks.list;
    const all = projects.flatMap((project) => this.#documentsOf(project));
    const first = all[0];
    if (duplicateId && first !== undefined) all.push(first);
    const from = Math.max(0, Number.parseInt(query.get('cursor') ?? '0', 10) || 0);
    const to = paged === null ? all.length : from + paged;
    const next = `/v1/vms?${projects.map((project) => `project_id=${encodeURIComponent(project)}`).join('&')}&cursor=${to}`;
    const hasNext = paged === null ? linkHeader : to < all.length;
    const totalField = total === null ? '' : `,"total":${total === 'right' ? all.length : all.length + 1}`;
    const nextField = hasNext && !linkHeader ? `,"next":${JSON.stringify(next)}` : '';
    return {
      status: 200,
      body: `{"vms":[${(paged === null ? all : all.slice(from, to)).join(',')}]${totalField}${nextField}}`,
      ...(hasNext && linkHeader ? { headers: { link: `<${next}>; rel="next"` } } : {}),
    };
  }

  #documentsOf(project: string): string[] {
    const documents: string[] = [];
    for (const { vm, document } of this.#byProject.get(project) ?? []) {
      // Written before the VM is asked, since some cease to exist by being listed.
      const text = document.listed();
      if (vm.isInNextListing() && !this.#missingOnce.delete(vm.id)) documents.push(text);
    }
    return documents;
  }
}
