import { isLoopback } from '../http/host-check.ts';
import { cloudProviderNames, factsOf, localProviderNames, providerNames } from '../models/known-models.ts';
import { openModels } from '../wiring/models.ts';
import { type Check, type DoctorWorld, type Finding, fail, ok, sentenceOf, warn } from './finding.ts';

const MODELS = 'models';
const KEYS = 'model keys';

/** Which providers have keys, and whether agents have the models they name. Asks nobody but the model servers of this machine. */
export const models: Check = {
  name: MODELS,
  silenceMs: 20_000,
  run: async (world) => [...judgeModelKeys(world.environment), ...(await judgeModels(world))],
};

/** The variables that hold keys, by name, and those with something around the key that belongs to no key. */
export function judgeModelKeys(environment: Readonly<Record<string, string | undefined>>): Finding[] {
  const names = providerNames.flatMap((provider) => factsOf(provider).keyVariables);
  const set = names.filter((name) => environment[name]?.trim());
  const odd = set.filter((name) => /^["']|["']$|\s/.test(environment[name]?.trim() ?? ''));
  const usual = cloudProviderNames.map((provider) => factsOf(provider).keyVariables[0]).join(', ');
  return [
    set.length
      ? ok(KEYS, `${set.join(', ')} ${set.length === 1 ? 'is' : 'are'} set`)
      : warn(KEYS, 'none is set', `set one of ${usual}, or start a model server on this machine`),
    ...odd.map((name) => fail(KEYS, `${name} has quotes or white space in it`, 'set it to the key alone')),
  ];
}

async function judgeModels(world: DoctorWorld): Promise<Finding[]> {
  const { options, environment, mayAskNetwork, agentModels } = world;
  try {
    const known = openModels(options, mayAskNetwork ? environment : withoutRemoteServers(environment));
    const fallback = await known.defaultModel();
    const missing = [...new Set([fallback, ...agentModels])].flatMap((model) => known.findMissingKey(model) ?? []);
    const isDemo = fallback === 'demo:rules' && !known.hasConfiguredDefault && !options.demo;
    return [
      isDemo
        ? warn(MODELS, 'agents that name no model have the demo model, demo:rules', 'set the key of a provider')
        : ok(MODELS, `agents that name no model have ${fallback}`),
      ...missing.map((sentence) => warn(MODELS, sentence, 'set it, or give the agents another model')),
    ];
  } catch (cause) {
    return [fail(MODELS, sentenceOf(cause), 'see --model and AGENT_MODEL')];
  }
}

/** The variables without the addresses of model servers on other machines. */
function withoutRemoteServers(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = localProviderNames.flatMap((provider) => factsOf(provider).baseUrlVariables);
  const remote = names.filter((name) => !isLoopback(URL.parse(environment[name] ?? '')?.hostname ?? 'localhost'));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !remote.includes(name)));
}
