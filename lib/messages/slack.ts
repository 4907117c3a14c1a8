// A notice as an incoming webhook of Slack takes it.
// https://docs.slack.dev/reference/block-kit/composition-objects/text-object

import { type Notice, noticeLines } from '../core/notice.ts';

/** A section's longest text. */
const longestSection = 3000;

/** The JSON value for Slack: nothing in it mentions or formats but what is ours, nor links, as far as that is not the client's doing. */
export function slackMessage(notice: Notice): unknown {
  const { title, text, link } = notice;
  return {
    // Notifications and screen readers have this alone.
    text: escaped(title),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      section(`*${escaped(title)}*\n${escaped(text)}`),
      ...sectionsOf(noticeLines(notice)).map(plain),
      // The label is ours and the address has no character that Slack gives a meaning.
      ...(link === null ? [] : [section(`<${link.url}|${escaped(link.label)}>`)]),
    ],
  };
}

// Verbatim, or Slack would make links of what looks like one.
function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

/** Others' words: as plain text they have no markup at all, and are escaped all the same. */
function plain(text: string) {
  return { type: 'section', text: { type: 'plain_text', text, emoji: false } };
}

function sectionsOf(lines: readonly string[]): readonly string[] {
  const sections: string[] = [];
  for (const line of lines.map(escaped)) {
    const last = sections.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= longestSection)
      sections[sections.length - 1] = `${last}\n${line}`;
    else sections.push(line);
  }
  return sections;
}

/** The three characters with a meaning of their own. https://docs.slack.dev/messaging/formatting-message-text */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
