/** Where Python is written. A chunk of its own: what it takes is loaded when the sandbox is opened. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

// The colours are those of the page, which reach into the shadow tree as custom properties.
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.self], color: 'var(--sandbox-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--sandbox-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--sandbox-number)' },
  { tag: tags.comment, color: 'var(--soft)', fontStyle: 'italic' },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.className], color: 'var(--accent)' },
]);

const look = EditorView.theme({
  '&': { backgroundColor: 'var(--bg)', color: 'var(--ink)', borderRadius: '8px', border: '1px solid var(--edge)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: '13.5px', lineHeight: '1.5', minHeight: '160px' },
  '.cm-scroller, .cm-content': { maxHeight: '50vh' },
  '.cm-scroller .cm-content': { maxHeight: 'none' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--soft)', border: '0' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--ink) 4%, transparent)' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--tint)', outline: '1px solid var(--edge)' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--bad-bg)' },
  '.cm-tooltip': { backgroundColor: 'var(--card)', color: 'var(--ink)', border: '1px solid var(--line)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--on-accent)',
  },
});

/**
 * Puts what is typed in the place of what is selected itself: Chromium would give it the colour of what was there as a style of its own,
 * which the policy of the page blocks and reports.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view;
    const { from, to, empty } = state.selection.main;
    const text = event.data;
    if (event.inputType !== 'insertText' || !text || empty || view.composing || state.readOnly) return false;
    event.preventDefault();
    const insert = () => state.update(state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true });
    // Those that close brackets, for one, have their say as for any other input.
    const isTaken = state.facet(EditorView.inputHandler).some((take) => take(view, from, to, text, insert));
    if (!isTaken) view.dispatch(insert());
    return true;
  },
});

const extensions: readonly Extension[] = [
  lineNumbers(),
  history(),
  drawSelection(),
  highlightActiveLine(),
  indentUnit.of('    '),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  autocompletion(),
  typeOver,
  python(),
  syntaxHighlighting(colours),
  look,
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ 'aria-label': 'Python code' }),
];

/** An editor of Python. Tab indents; Escape, then Tab leaves it. `initial` counts when it is made. */
export function PythonEditor({
  initial,
  onChange,
  onRun,
}: {
  readonly initial: string;
  readonly onChange: (code: string) => void;
  /** Ctrl+Enter, or Cmd+Enter on a Mac. */
  readonly onRun: () => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef({ initial, onChange, onRun });
  latest.current = { ...latest.current, onChange, onRun };
  useEffect(() => {
    if (!host.current) return undefined;
    // In a shadow tree its styles are adopted sheets; in a document they would be an element that the policy of the page forbids.
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    const view = new EditorView({
      root,
      parent: root,
      doc: latest.current.initial,
      extensions: [
        keymap.of([
          {
            key: 'Mod-Enter',
            run: () => {
              latest.current.onRun();
              return true;
            },
          },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...completionKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) latest.current.onChange(state.doc.toString());
        }),
        extensions,
      ],
    });
    return () => view.destroy();
  }, []);
  return <div className="sandbox-editor" ref={host} />;
}
