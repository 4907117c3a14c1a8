// A VM as the API tells it: the VM object of the reference, as JSON text.
// Only state and date ever change, so the rest is written once per VM: a list of 10,000 is then mere joining.

import { type Quirks, stateName, type VmState } from './quirks.ts';
import type { SimulatedVm } from './vm.ts';

const sizes = [
  { size: 'b-1-2-50', vcpus: 1, memoryMB: 2_048, storageGB: 50 },
  { size: 'b-2-4-100', vcpus: 2, memoryMB: 4_096, storageGB: 100 },
  { size: 'b-4-8-160', vcpus: 4, memoryMB: 8_192, storageGB: 160 },
] as const;

/** A VM as JSON text, always with its present state. */
export class VmDocument {
  readonly #vm: SimulatedVm;
  readonly #quirks: Quirks;
  readonly #basic: string;
  readonly #disks: string;
  readonly #network: string;

  constructor(vm: SimulatedVm, quirks: Quirks) {
    this.#vm = vm;
    this.#quirks = quirks;
    this.#basic = JSON.stringify(basicFields(vm, quirks)).slice(0, -1);
    this.#disks = `,"disks":${JSON.stringify([diskOf(vm)])}`;
    this.#network = `,"network":${JSON.stringify(networkOf(vm))}`;
  }

  /** As a list shows it, which may lag behind the truth. */
  listed(): string {
    return `${this.#head()}${this.#state(this.#vm.listedState)}${this.#disks}${this.#network}}`;
  }

  /** As it really is; `sections` are those of the parameter `only`, null for everything. */
  single(sections: ReadonlySet<string> | null): string {
    const has = (section: string) => sections === null || sections.has(section);
    const state = has('state') ? this.#state(this.#vm.state) : '';
    return `${this.#head()}${state}${has('disks') ? this.#disks : ''}${has('network') ? this.#network : ''}}`;
  }

  #head(): string {
    return `${this.#basic},"updated_at":"${new Date(this.#vm.since).toISOString().slice(0, 19)}"`;
  }

  #state(state: VmState): string {
    return `,"state":"${stateName(this.#quirks.stateNames, state)}"`;
  }
}

function basicFields(vm: SimulatedVm, quirks: Quirks): Record<string, unknown> {
  const { id, name, region = 'alg1', description = '', tags = {} } = vm.spec;
  const { size, vcpus, memoryMB, storageGB } = sizes[id % sizes.length] ?? sizes[0];
  return {
    id: quirks.idsAsStrings ? String(id) : id,
    name,
    user_id: '3b0f5a52-6c1d-4b7e-9a55-0d6e2f8c4417',
    project_id: vm.project,
    uuid: `5e7d0c1a-0000-4000-8000-${id.toString(16).padStart(12, '0')}`,
    region,
    description,
    distro: 'debian-13',
    vcpus,
    storageGB,
    memoryMB,
    transferGB: 2_048,
    vpc_id: 1,
    created_at: '2026-01-05T08:00:00',
    size,
    node_type: 'VM',
    ...(quirks.tags === null ? {} : { tags: quirks.tags === 'object' ? tags : tagList(tags) }),
  };
}

function tagList(tags: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(tags).map(([key, value]) => (value === '' ? key : `${key}=${value}`));
}

function diskOf(vm: SimulatedVm): object {
  return {
    is_main_disk: true,
    capacityBytes: 53_687_091_200,
    allocationBytes: 1_391_562_197 + (vm.spec.id % 1_000),
    path: '/',
    target_device: 'vda',
  };
}

function networkOf(vm: SimulatedVm): object {
  const { id, region = 'alg1' } = vm.spec;
  const [high, low] = [(id >> 8) & 255, id & 255];
  const hex = (byte: number) => byte.toString(16).padStart(2, '0');
  return {
    resource_type: 'vm',
    mac: `02:00:00:${hex((id >> 16) & 255)}:${hex(high)}:${hex(low)}`,
    private_ip: `10.0.${high}.${low}`,
    vpc_subnet: '10.0.0.0/16',
    vpc_id: 1,
    region,
    public_ip: `10.99.${high}.${low}`,
  };
}
