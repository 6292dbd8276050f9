/** Whether a text is base64, of either alphabet, with or without what fills it up, however it is divided into lines. */
export const isBase64 = (text: string): boolean => /^[\w+/-]*={0,2}$/.test(text.replace(/\s+/g, ''));
