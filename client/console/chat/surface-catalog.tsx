/** What surfaces of A2UI are made of: the official components, but for those that ask other hosts, write HTML, or cannot be used by all. */
import { basicCatalog, createComponentImplementation, type ReactComponentImplementation } from '@a2ui/react/v0_9';
import { Catalog, createFunctionImplementation } from '@a2ui/web_core/v0_9';
import {
  AudioPlayerApi,
  ButtonApi,
  IconApi,
  ImageApi,
  ModalApi,
  OpenUrlApi,
  TextApi,
  VideoApi,
} from '@a2ui/web_core/v0_9/basic_catalog';
import { useState } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { FileView, type ShownFile } from './file-view.tsx';
import { RichText } from './rich-text.tsx';

const toText = (value: unknown): string => (typeof value === 'string' ? value : String(value ?? ''));

const Text = createComponentImplementation(TextApi, ({ props: { text, variant } }) => {
  const said = toText(text);
  if (variant === 'caption') return <small>{said}</small>;
  // The headings of a surface are all below that of the page, however its author has numbered them.
  if (variant?.startsWith('h')) return <h2 className={`surface-${variant}`}>{said}</h2>;
  return <RichText text={said} />;
});

const Image = createComponentImplementation(ImageApi, ({ props: { url, description } }) => (
  <Media url={url} kind="image" name={description} />
));

const Video = createComponentImplementation(VideoApi, ({ props: { url } }) => <Media url={url} kind="video" />);

const AudioPlayer = createComponentImplementation(AudioPlayerApi, ({ props: { url, description } }) => (
  <Media url={url} kind="audio" name={description} />
));

const Button = createComponentImplementation(
  ButtonApi,
  ({ props: { child, action, variant, isValid }, buildChild }) => (
    <button type="button" className={STYLES.get(variant)} onClick={action} disabled={isValid === false}>
      {child ? buildChild(child) : null}
    </button>
  ),
);
const STYLES: ReadonlyMap<string | undefined, string> = new Map([
  ['primary', 'primary'],
  ['borderless', 'quiet'],
]);

/** The names are those of a font that lies on another host: they are said in words. */
const Icon = createComponentImplementation(IconApi, ({ props: { name } }) => {
  if (typeof name === 'object' && name !== null && 'svgPath' in name) {
    return (
      <svg className="surface-icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d={toText(name.svgPath)} />
      </svg>
    );
  }
  return (
    <small>
      {toText(name)
        .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
        .trim()}
    </small>
  );
});

/** What is in the address itself is shown; what lies elsewhere is led to. */
function Media({ url, kind, name }: { readonly url: unknown; readonly kind: string; readonly name?: unknown }) {
  const address = toText(url);
  const [, mediaType, data] = /^data:([\w.+-]+\/[\w.+-]+);base64,([\w+/=]+)$/.exec(address) ?? [];
  const isKind = mediaType?.startsWith(`${kind}/`);
  const label = toText(name) || undefined;
  const file: ShownFile = isKind
    ? { mediaType: mediaType ?? '', data, name: label }
    : { mediaType: label ?? kind, url: address, name: label };
  return <FileView file={file} />;
}

/** A dialog of the browser, which keeps the focus and is closed with Escape. */
const Modal = createComponentImplementation(ModalApi, function View({ props: { trigger, content }, buildChild }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: what is in it is pressed, by keys too. */}
      <div onClick={() => setOpen(true)}>{trigger ? buildChild(trigger) : null}</div>
      {isOpen && (
        <Dialog title="Details" onClose={() => setOpen(false)}>
          {content ? buildChild(content) : null}
        </Dialog>
      )}
    </>
  );
});

const OWN = [Text, Button, Image, Video, AudioPlayer, Icon, Modal];

/** The basic catalog of A2UI v0.9, as the console draws it. `onLink` is told of an address that a surface would open: it may want to without being pressed. */
export function createCatalog(onLink: (surfaceId: string, url: string) => void): Catalog<ReactComponentImplementation> {
  const openUrl = createFunctionImplementation(OpenUrlApi, ({ url }, { surface }) => onLink(surface.id, url));
  return new Catalog(
    basicCatalog.id,
    [...new Map([...basicCatalog.components, ...OWN.map((own) => [own.name, own] as const)]).values()],
    [...new Map([...basicCatalog.functions, [openUrl.name, openUrl]]).values()],
  );
}
