/** The icons, drawn with the colour of the text around them. */
const PATHS = {
  chat: 'M4 5h16v11H9l-5 4z',
  agent: 'M12 3v3M7 6h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2zM9 11v2M15 11v2M9 21h6',
  server: 'M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01',
  runs: 'M4 6h7M4 12h13M8 18h12',
  check: 'M5 12l5 5L20 7',
  code: 'M4 6l6 6-6 6M13 18h7',
  book: 'M5 4h12a2 2 0 0 1 2 2v14H7a2 2 0 0 1-2-2zM5 18a2 2 0 0 1 2-2h12',
  spark: 'M12 3l2 7 7 2-7 2-2 7-2-7-7-2 7-2z',
  pulse: 'M3 12h4l3-8 4 16 3-8h4',
  plus: 'M12 5v14M5 12h14',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7 7h10v10H7z',
  copy: 'M9 9h11v11H9zM5 15V4h11',
  edit: 'M4 20l1-5L16 4l4 4L9 19z',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  tool: 'M14 6a4 4 0 0 0 5 5l-9 9-4-4 9-9zM14 6l3-3',
  clip: 'M20 11l-8 8a5 5 0 0 1-7-7l8-8a3 3 0 0 1 5 5l-8 8a1 1 0 0 1-2-2l7-7',
  menu: 'M4 6h16M4 12h16M4 18h16',
  close: 'M6 6l12 12M18 6L6 18',
  reload: 'M20 12a8 8 0 1 1-3-6M20 4v5h-5',
  play: 'M7 4l12 8-12 8z',
  right: 'M9 5l7 7-7 7',
} as const;

/** What there is an icon of. */
export type IconName = keyof typeof PATHS;

/** An icon beside a text, or in a control that names itself: it says nothing to those who hear the page. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
