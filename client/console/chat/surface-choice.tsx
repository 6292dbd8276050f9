/** Whether agents may answer with surfaces of A2UI: their tool for it is told to the model with each message, which is not for every model. */
import { useSyncExternalStore } from 'react';

const KEY = 'agent-runtimes.surfaces';
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Whether a person has chosen that agents may show surfaces. */
export const areSurfacesWanted = (): boolean => localStorage.getItem(KEY) === 'on';

/** Turns surfaces on and off, for all conversations in this browser. */
export function SurfaceChoice() {
  const areWanted = useSyncExternalStore(subscribe, areSurfacesWanted);
  const change = () => {
    localStorage.setItem(KEY, areWanted ? 'off' : 'on');
    for (const listener of listeners) listener();
  };
  return (
    <label className="surface-choice" title="Lets the agent answer with forms, lists and cards">
      <input type="checkbox" checked={areWanted} onChange={change} />
      Surfaces
    </label>
  );
}
