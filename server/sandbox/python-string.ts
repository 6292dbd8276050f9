/** A Python string literal in ASCII: nothing in `text` can end it or become code. */
export const toPythonString = (text: string): string =>
  JSON.stringify(text).replaceAll(/[\u007f-\u{10ffff}]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
