// A short name for a long text, to tell whether a schedule or a keep tag was edited since a mark was made.
// Not for secrecy: two texts that collide only make an edit go unnoticed.

/** Of a VM's schedule, and of its keep tag; each empty where there is none. */
export interface Fingerprints {
  readonly schedule: string;
  readonly keepTag: string;
}

/** Both in one text, as a mark holds them: without a keep tag the schedule's alone. */
export function joinFingerprints({ schedule, keepTag }: Fingerprints): string {
  return keepTag === '' ? schedule : `${schedule}+${keepTag}`;
}

/** What `joinFingerprints` joined. */
export function splitFingerprints(joined: string): Fingerprints {
  const [schedule = '', keepTag = ''] = joined.split('+');
  return { schedule, keepTag };
}

/** 14 hexadecimal digits that are the same for the same text (cyrb53, by bryc, in the public domain). */
export function fingerprintOf(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return (4_294_967_296 * (2_097_151 & b) + (a >>> 0)).toString(16).padStart(14, '0');
}
