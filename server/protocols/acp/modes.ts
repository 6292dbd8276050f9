/** The modes of a session: what its user wants beyond what the agent is configured for. None allows what the agent is not. */
import type { NewSessionResponse, SessionMode, SessionUpdate } from '@agentclientprotocol/sdk';
import { invalidField } from '../../call/validation-error.ts';

/** `agent`: as it is configured; `ask`: each tool call waits for the user; `chat`: there are no tools. */
export type Mode = 'agent' | 'ask' | 'chat';

const MODES: readonly (SessionMode & { readonly id: Mode })[] = [
  {
    id: 'agent',
    name: 'As configured',
    description: 'Asks about the tool calls that the agent is configured to ask about',
  },
  { id: 'ask', name: 'Ask always', description: 'Asks about every tool call' },
  { id: 'chat', name: 'Without tools', description: 'Answers, and calls no tools' },
];

/** What `session/set_config_option` calls the choice of a mode. */
const CONFIG_ID = 'mode';

/** The mode of this id. Throws a 422 naming `field` where there is none. */
export function readMode(id: unknown, field: string): Mode {
  const mode = MODES.find((one) => one.id === id);
  if (mode) return mode.id;
  throw invalidField(field, `must be one of ${MODES.map((one) => one.id).join(', ')}`);
}

/** The mode that an option is set to. Throws a 422 where there is no such option or value. */
export function readConfigOption({ configId, value }: { readonly configId: string; readonly value: unknown }): Mode {
  if (configId !== CONFIG_ID) throw invalidField('configId', `must be ${CONFIG_ID}`);
  return readMode(value, 'value');
}

type ConfigOptions = NonNullable<NewSessionResponse['configOptions']>;

/** The modes as newer editors choose them: https://agentclientprotocol.com/protocol/session-config-options */
export const toConfigOptions = (currentValue: Mode): ConfigOptions => [
  {
    type: 'select',
    id: CONFIG_ID,
    name: 'Mode',
    category: 'mode',
    currentValue,
    options: MODES.map(({ id: value, ...mode }) => ({ value, ...mode })),
  },
];

/** The modes as an editor is told of them when a session opens: in both ways, as the protocol wants it of those that have modes. */
export const toModeFields = (mode: Mode) => ({
  modes: { currentModeId: mode, availableModes: MODES.map((one) => ({ ...one })) },
  configOptions: toConfigOptions(mode),
});

/** That the mode is another, in both ways. */
export const toModeUpdates = (mode: Mode): SessionUpdate[] => [
  { sessionUpdate: 'current_mode_update', currentModeId: mode },
  { sessionUpdate: 'config_option_update', configOptions: toConfigOptions(mode) },
];
