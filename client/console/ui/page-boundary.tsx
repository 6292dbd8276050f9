import { Component, type ReactNode } from 'react';
import { Failure } from './states.tsx';

/** Keeps what fails while a page is drawn, or loaded, to that page. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, { readonly cause?: unknown }> {
  override state: { readonly cause?: unknown } = {};

  static getDerivedStateFromError(cause: unknown) {
    return { cause };
  }

  override render(): ReactNode {
    if (!('cause' in this.state)) return this.props.children;
    return (
      <div className="pane">
        <Failure cause={this.state.cause} retry={() => location.reload()} />
      </div>
    );
  }
}
