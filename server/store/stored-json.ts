/**
 * A value as the JSON that is stored. Half a character is stored as U+FFFD, in columns of text by SQLite and here by us, so that one id
 * reads alike in both.
 */
export function toStoredJson(value: unknown): string {
  const json = JSON.stringify(value);
  // JSON writes only halves as escapes; a backslash that was said is doubled, and skipped as a pair.
  return json.includes('\\ud') ? json.replace(/(\\\\)|\\ud[0-9a-f]{3}/g, (_, pair = '\ufffd') => pair) : json;
}
