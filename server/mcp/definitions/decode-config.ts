import { isUtf8 } from 'node:buffer';

/** The text of a file in UTF-8, or in UTF-16 as PowerShell and some editors write it; characters that are none become U+FFFD. */
export function decodeConfig(bytes: Uint8Array): { readonly text: string; readonly isWhole: boolean } {
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  return { text, isWhole: encoding === 'utf-8' ? isUtf8(bytes) : text.isWellFormed() };
}

/** By its mark, or by the zero byte that the first character of JSON has in UTF-16. */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}
