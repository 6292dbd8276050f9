import { isIconList, isRecord } from './without-nulls.ts';

/** The first version of the protocol: what a server speaks that names none. */
const FIRST_VERSION = '2024-11-05';

/** The answer to `initialize` with what the protocol wants in it: who the server is, and what it offers. */
export function mendHandshake(answer: Record<string, unknown>): Record<string, unknown> {
  const { instructions, ...result } = answer;
  return {
    ...result,
    protocolVersion: typeof result.protocolVersion === 'string' ? result.protocolVersion : FIRST_VERSION,
    capabilities: mendCapabilities(result.capabilities),
    serverInfo: mendServerInfo(result.serverInfo),
    ...(typeof instructions === 'string' && { instructions }),
  };
}

function mendServerInfo(info: unknown): Record<string, unknown> {
  if (!isRecord(info)) return { name: typeof info === 'string' ? info : 'unnamed', version: '0' };
  const { name, version, title, description, websiteUrl, icons, ...others } = info;
  const texts = Object.entries({ title, description, websiteUrl }).filter(([, text]) => typeof text === 'string');
  return {
    ...others,
    name: typeof name === 'string' ? name : 'unnamed',
    version: ['string', 'number'].includes(typeof version) ? String(version) : '0',
    ...Object.fromEntries(texts),
    ...(isIconList(icons) && { icons }),
  };
}

/** `true` says that there is something, as `{}` does; anything else that is no object says nothing. */
function mendCapabilities(capabilities: unknown): Record<string, unknown> {
  if (!isRecord(capabilities)) return {};
  const offered = Object.entries(capabilities).flatMap(([name, value]) => {
    if (value === true) return [[name, {}]];
    return isRecord(value) ? [[name, mendCapability(name, value)]] : [];
  });
  return Object.fromEntries(offered);
}

const FLAGS = ['listChanged', 'subscribe'];
const OF_OBJECTS = ['experimental', 'extensions'];

function mendCapability(name: string, value: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.entries(value).flatMap(([key, field]) => {
    if (OF_OBJECTS.includes(name)) return isRecord(field) ? [[key, field]] : field === true ? [[key, {}]] : [];
    return FLAGS.includes(key) && typeof field !== 'boolean' ? [] : [[key, field]];
  });
  return Object.fromEntries(fields);
}
