// A notice as a workflow of Microsoft Teams takes it ("Post to a channel when a webhook request is received"): an Adaptive Card.
// https://adaptivecards.microsoft.com/?topic=RichTextBlock

import { type Notice, noticeLines } from '../core/notice.ts';

/** The JSON value for Teams. */
export function teamsMessage(notice: Notice): unknown {
  const { title, text, link } = notice;
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      rich(title, { weight: 'Bolder', size: 'Medium' }),
      rich(text),
      ...noticeLines(notice).map((line) => rich(line)),
    ],
    actions: link === null ? [] : [{ type: 'Action.OpenUrl', title: link.label, url: link.url }],
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}

/**
 * A paragraph that is shown as it is.
 *
 * Not a TextBlock: that one reads Markdown and `{{DATE(…)}}`, for which no escaping is promised. A TextRun reads neither. What cards
 * made from templates read, `${…}`, is parted, should a workflow make one of them.
 */
function rich(text: string, style: Readonly<Record<string, string>> = {}) {
  const inert = text.replaceAll(/[${](?=\{)/g, '$&\u200b');
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: inert, ...style }] };
}
