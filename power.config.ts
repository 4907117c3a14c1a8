// What OpenScaler Power does to your VMs, and when. Change it, then run `npx power check`: it says what this means, in plain words.
// Safe as it stands: it only ever acts on VMs that carry the tag env=dev or schedule, for example by "[env=dev]" or
// "[schedule=office-hours]" in their description.

import { defineConfig } from './lib/config.ts';

export default defineConfig({
  // The projects whose VMs are listed. For several accounts write `accounts` instead.
  projects: ['default'],

  // Tags for VMs whose description cannot carry them. A VM with the tag `protected` is never touched.
  tags: [
    // { match: { name: 'ci-*' }, tags: { env: 'ci' } },
    // { match: { id: ['23', '42'] }, tags: { protected: '' } },
  ],

  // EventBridge's six fields: minutes hours day-of-month month day-of-week year.
  crons: {
    'dev-down': { cron: '0 19 ? * SUN-THU *', timezone: 'Africa/Algiers', action: 'shutdown', select: 'env=dev' },
    'dev-up': { cron: '0 8 ? * SUN-THU *', timezone: 'Africa/Algiers', action: 'start', select: 'env=dev' },
  },

  // When VMs are to be up, by name, for those that carry the tag schedule=<name>. A tag may also say it itself:
  // [schedule="Sun-Thu 08:00-18:00"]. Try one with `npx power schedule "Sun-Thu 08:00-18:00"`.
  timezone: 'Africa/Algiers',
  schedules: {
    'office-hours': 'Sun-Thu 08:00-18:00',
    // lab: { on: ['Sun-Thu 08:00-20:00', 'Sat 09:00-13:00'], except: ['holidays'] },
  },
  calendars: {
    // holidays: { dates: ['07-05', '11-01', '2027-03-09/2027-03-11'], ics: 'holidays.ics' },
  },

  // How often schedules are looked after; `false` is not at all.
  tick: { every: '5m', maxAge: '10m' },

  // Signed webhooks, at POST /v1/webhooks/<name>. The secret must exist before one is switched on.
  webhooks: {
    // ci: {
    //   verify: 'standard',
    //   secretId: 'power/webhooks/ci',
    //   on: [{ when: { type: 'staging.wanted' }, action: 'start', select: 'env=staging' }],
    // },
  },

  // A shutdown is asked for, looked after, and asked for once more; a VM is never forced off unless `allowEscalation` is true
  // and its own tag asks for it.
  shutdown: { patience: '8m', resendAfter: '90s', resends: 1 },
  allowEscalation: false,
  start: { patience: '3m', resendAfter: '60s', resends: 2 },

  // One run may stop at most so many VMs, and at most this share of those listed; beyond it the whole run is refused.
  guard: { maxVms: 500, maxShare: 0.8 },

  // For each account: calls under way at once, and calls started per second.
  pace: { inFlight: 200, perSecond: 25 },

  // Who is told when a run ends in trouble.
  // alarms: { email: 'platform@example.com' },
});
