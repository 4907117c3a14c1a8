// How long it takes to plan a fleet, and how much memory: 1,000 to 100,000 VMs with up to 1,000 distinct schedules.
// Each size runs in a process of its own, so that the peak memory is its own. Run with: node bench/plan-scale.ts

import { spawnSync } from 'node:child_process';
import { scriptArguments } from '../cli/script-arguments.ts';
import { decideSchedule, type ScheduleSettings } from '../lib/core/schedule/decide-schedule.ts';
import type { Mark } from '../lib/core/schedule/mark.ts';
import { scheduleResolver } from '../lib/core/schedule/resolve.ts';
import { transitions } from '../lib/core/schedule/timeline.ts';

const hourMs = 3_600_000;
const now = Date.UTC(2026, 2, 27, 12, 2);
const planMs = 14 * 24 * hourMs;
const zones = Intl.supportedValuesOf('timeZone');
const days = ['Mon-Fri', 'Sun-Thu', 'Mon,Wed,Fri', 'Sat-Sun', 'Mon-Sun'];
const settings: ScheduleSettings = {
  catchUpMs: 2 * hourMs,
  adopt: 'next-boundary',
  retryPausesMs: [300_000, 600_000, 1_800_000],
  alarmAfter: 3,
  tickEveryMs: 300_000,
};

const sizes = [1_000, 3_000, 10_000, 30_000, 100_000];
const { positionals } = scriptArguments({
  usage: `npm run bench:plan-scale -- [VMs]

Each of ${sizes.join(', ')} VMs in a process of its own, or one of them here.
`,
  options: {},
  words: [0, ...sizes].map(String),
});
const [size] = positionals.map(Number);
if (size === undefined) compare();
else console.log(JSON.stringify(plan(size)));

function compare(): void {
  console.log(
    '    VMs  schedules  CPU seconds  peak RSS MB  of that the empty process  decisions to act  transitions in 14 days',
  );
  const empty = measured(0).rssMb;
  for (const each of sizes) {
    const { schedules, cpuSeconds, rssMb, acts, planned } = measured(each);
    const columns = [each, schedules, cpuSeconds.toFixed(2), rssMb.toFixed(0), empty.toFixed(0), acts, planned];
    const widths = [7, 10, 12, 12, 26, 17, 23];
    console.log(columns.map((column, index) => String(column).padStart(widths[index] ?? 0)).join(' '));
  }
}

function measured(vms: number): ReturnType<typeof plan> {
  const { stdout, status, stderr } = spawnSync(process.execPath, [import.meta.filename, String(vms)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Resolves every VM's tag, decides, and lists the VM's transitions of a fortnight, as `power plan` and a tick do. */
function plan(vms: number) {
  const tags = Array.from({ length: Math.min(1_000, vms) }, (_, index) => tagOf(index));
  const begun = process.cpuUsage();
  const resolve = scheduleResolver({ names: new Map(), calendars: new Map(), zone: 'UTC' });
  let acts = 0;
  let planned = 0;
  for (let vm = 0; vm < vms; vm += 1) {
    const resolved = resolve(tags[vm % tags.length] ?? '');
    if ('fault' in resolved) throw new Error(resolved.fault);
    const { schedule } = resolved;
    const mark: Mark = {
      kind: 'settled',
      boundary: now - 48 * hourMs,
      wanted: vm % 2 === 0 ? 'on' : 'off',
      attempts: 0,
      lastAttempt: null,
      schedule: schedule.fingerprint,
    };
    const power = vm % 3 === 0 ? 'off' : 'on';
    const decision = decideSchedule({ power, schedule, override: null, keepTag: '', mark, now, settings });
    if (decision.action !== null) acts += 1;
    planned += transitions(schedule, now, now + planMs).length;
  }
  const { user, system } = process.cpuUsage(begun);
  const rssMb = process.resourceUsage().maxRSS / 1024;
  return { schedules: tags.length, cpuSeconds: (user + system) / 1e6, rssMb, acts, planned };
}

function tagOf(index: number): string {
  const from = `${String(6 + (index % 5)).padStart(2, '0')}:${String((index * 7) % 60).padStart(2, '0')}`;
  const zone = zones[index % zones.length] ?? 'UTC';
  const day = days[index % days.length] ?? 'Mon-Fri';
  if (index % 4 === 0) return `${day} ${from}-12:00, ${day} 12:00-18:30 ${zone}`;
  if (index % 4 === 1) return `${day} 20:00-${from} ${zone}`;
  return `${day} ${from}-${17 + (index % 6)}:${String(index % 60).padStart(2, '0')} ${zone}`;
}
