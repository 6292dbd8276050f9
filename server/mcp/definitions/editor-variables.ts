// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is written for people shows references.
/** What editors put in the place of `${…}`, and this server, which is inside of none, does not. */

/** By name: what to write instead. https://code.visualstudio.com/docs/reference/variables-reference */
const HINTS: readonly (readonly [name: RegExp, instead: string])[] = [
  [/^(?:workspaceFolder|workspaceRoot|fileWorkspaceFolder|cwd)(?::.*)?$/, 'the path of the folder'],
  [/^workspaceFolderBasename$/, 'the name of the folder'],
  [/^userHome$/, '${HOME}'],
  [/^(?:pathSeparator|\/)$/, '/'],
  [/^(?:file|relativeFile|fileBasename|fileDirname|selectedText|lineNumber|execPath)$/, 'what it stands for'],
  [/^__dirname$/, 'the path of the folder'],
];

/** What a server that refers to these names, which have no value, needs or has that it should not. */
export function describeMissing(names: readonly string[]): string {
  const hints = names.flatMap((name) => hintOf(name) ?? []);
  const toSet = names.filter((name) => hintOf(name) === undefined);
  return [...(toSet.length > 0 ? [`needs ${toSet.join(', ')} to be set`] : []), ...hints].join('; ');
}

/** What is told of a name that stands for something in editors; undefined for any other. */
export function hintOf(name: string): string | undefined {
  const [, instead] = HINTS.find(([pattern]) => pattern.test(name)) ?? [];
  return instead && `has \${${name}}, a variable of editors: write ${instead} instead`;
}
