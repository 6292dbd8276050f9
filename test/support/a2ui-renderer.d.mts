/** The official React renderer, in jsdom. */
export interface Renderer {
  /** What was done on the surfaces, as the renderer reports it. */
  readonly actions: {
    name: string;
    surfaceId: string;
    sourceComponentId: string;
    timestamp: string;
    context: Record<string, unknown>;
  }[];
  /** All text that is shown. */
  readonly text: string;
  surfaceIds(): string[];
  dataModel(surfaceId: string): unknown;
  show(envelopes: readonly object[]): Promise<void>;
  /** Types into the input of this number. */
  type(index: number, value: string): Promise<void>;
  /** Presses the button with this text. */
  click(text: string): Promise<void>;
  close(): Promise<void>;
}
export function openRenderer(): Renderer;
