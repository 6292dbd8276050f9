/** The type of the content part that AG-UI has for a media type. */
export const mediaKindOf = (mimeType: string): string => /^(image|audio|video)\//.exec(mimeType)?.[1] ?? 'document';
