/** The models that agents may use. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { ApiError } from '../call/errors.ts';
import { cloudProviderNames, factsOf, providerNames } from './known-models.ts';
import { findLocalModels } from './local-models.ts';
import { formatModelId, type ModelId, parseModelId, readModelId } from './model-ids.ts';
import type { OutputWay } from './output-ways.ts';
import {
  baseUrlOf,
  findMissingKey,
  findMissingVariable,
  openModel,
  outputWayOf,
  type ProviderAccess,
  requiredEnvVarsOf,
} from './providers.ts';

/** A model as `GET /configure` lists it. */
export interface ModelInfo {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  /** Whether every variable it needs is set; it is not asked. */
  readonly isAvailable: boolean;
  readonly requiredEnvVars: string[];
}

/** A model, ready to stream. */
interface OpenedModel {
  readonly id: string;
  readonly model: LanguageModelV4;
  /** How its answer is given the form of a schema; absent: not known. */
  readonly outputWay?: OutputWay;
}

interface ModelsOptions extends ProviderAccess {
  /** The default model, before `AGENT_MODEL` and all that can be found. */
  readonly defaultModel?: string | undefined;
  /** The pause between two words of the demo model, in milliseconds; absent: 0. */
  readonly demoPaceMs?: number | undefined;
}

const demoId = 'demo:rules';
/** Whoever may name a model may name any number of them. */
const MAX_OPENED = 200;
const probeForDefaultMs = 30_000;
const probeForListMs = 5_000;

/** Every model an agent may name, and the one it gets when it names none. */
export class Models {
  readonly #options: ModelsOptions;
  readonly #registered = new Map<string, LanguageModelV4>();
  /** The models that were asked for before: neither keys nor addresses change while the process runs. */
  readonly #opened = new Map<string, LanguageModelV4>();
  #probe: { readonly found: readonly string[]; readonly at: number } | undefined;
  #probing: Promise<readonly string[]> | undefined;
  #localDefault: string | undefined;

  constructor(options: ModelsOptions) {
    this.#options = options;
  }

  /** Adds a model under an id of any form, before all others. */
  register(id: string, model: LanguageModelV4): void {
    this.#registered.set(id, model);
  }

  /** Throws a 422 that lists the known providers unless `id` names a model of one. A missing key is no error here. */
  check(id: string): void {
    if (!this.#registered.has(id)) parseModelId(id);
  }

  /** Throws as {@link check} does, for the model that the operator chose as the default. */
  checkDefault(): void {
    const configured = this.#configuredDefault();
    if (configured) this.check(configured);
  }

  /** The sentence that a prompt on this model would fail with, because a variable is not set; undefined when none is missing. Asks nobody. */
  findMissingKey(id: string): string | undefined {
    const parsed = this.#registered.has(id) ? undefined : readModelId(id);
    return parsed && findMissingKey(parsed, this.#options.environment);
  }

  /** The model to stream from, null meaning the default; throws `model-not-configured`, naming the variable to set, when it cannot be used. */
  async resolve(id: string | null): Promise<OpenedModel> {
    const wanted = id ?? (await this.defaultModel());
    const registered = this.#registered.get(wanted);
    if (registered) return { id: wanted, model: registered };
    const parsed = readModelId(wanted);
    // A wrong default is the operator's mistake, a wrong id the caller's.
    if (!parsed && id === null) throw new ApiError('model-not-configured', `The default model '${wanted}' is unknown`);
    return this.#open(parsed ?? parseModelId(wanted));
  }

  /**
   * The id of the model of agents that name none: the one configured, else that of the first provider whose key is set, else one that
   * runs on this machine, else `demo:rules`. A machine on which nothing was found is looked at again after 30 s.
   */
  async defaultModel(): Promise<string> {
    const chosen = this.#chosenDefault() ?? this.#localDefault;
    if (chosen) return chosen;
    const [first] = await this.#localModels(probeForDefaultMs);
    this.#localDefault ??= first;
    return this.#localDefault ?? demoId;
  }

  /** What is known of {@link defaultModel} without waiting: undefined until the first look at this machine, which it starts, has ended. */
  defaultModelNow(): string | undefined {
    const known = this.knownDefault();
    if (!known || known === demoId) void this.defaultModel();
    return known;
  }

  /** What is known of {@link defaultModel} without asking anybody: undefined until the first look at this machine has ended. */
  knownDefault(): string | undefined {
    return this.#chosenDefault() ?? this.#localDefault ?? (this.#probe && demoId);
  }

  /** The usual models of each provider, then those found on this machine, then the demo model. */
  async list(): Promise<ModelInfo[]> {
    const local = await this.#localModels(probeForListMs);
    return this.#withChosen([...usualModels(), ...local.map(parseModelId)]).map((id) => this.#describe(id));
  }

  /** The models that are known without asking anybody: of each provider the usual ones, then those of `others`, then those last found on this machine. */
  listKnown(others: readonly string[]): ModelInfo[] {
    const named = [...others, ...(this.#probe?.found ?? [])].flatMap((id) => readModelId(id) ?? []);
    const all = this.#withChosen([...usualModels(), ...named]);
    const once = [...new Map(all.map((id) => [formatModelId(id), id])).values()];
    const placeOf = ({ provider }: ModelId) => providerNames.indexOf(provider);
    return once.toSorted((one, other) => placeOf(one) - placeOf(other)).map((id) => this.#describe(id));
  }

  /** These with the default, which is before them when it is none of them. */
  #withChosen(known: readonly ModelId[]): readonly ModelId[] {
    const chosen = readModelId(this.#chosenDefault() ?? demoId);
    const isKnown = !chosen || known.some((id) => formatModelId(id) === formatModelId(chosen));
    return isKnown ? known : [chosen, ...known];
  }

  /** Where a model is asked; undefined for one of this process, and where no address can be told. */
  addressOf(id: string): URL | undefined {
    const parsed = this.#registered.has(id) ? undefined : readModelId(id);
    if (!parsed || parsed.provider === 'demo') return undefined;
    try {
      return new URL(baseUrlOf(parsed.provider, this.#options));
    } catch {
      return undefined;
    }
  }

  async #open(id: ModelId): Promise<OpenedModel> {
    const name = formatModelId(id);
    if (id.provider !== 'demo') {
      const model = this.#opened.get(name) ?? (await openModel(id, this.#options));
      if (this.#opened.size < MAX_OPENED) this.#opened.set(name, model);
      return { id: name, model, outputWay: outputWayOf(id, this.#options) };
    }
    const { createDemoModel } = await import('./demo/demo-model.ts');
    return { id: demoId, model: createDemoModel({ paceMs: this.#options.demoPaceMs }), outputWay: 'format' };
  }

  #describe(id: ModelId): ModelInfo {
    return {
      id: formatModelId(id),
      name: id.name,
      provider: id.provider,
      isAvailable: !findMissingVariable(id.provider, this.#options.environment),
      requiredEnvVars: requiredEnvVarsOf(id.provider),
    };
  }

  #chosenDefault(): string | undefined {
    const configured = this.#configuredDefault();
    if (configured) {
      const id = this.#registered.has(configured) ? undefined : readModelId(configured);
      return id ? formatModelId(id) : configured;
    }
    const provider = cloudProviderNames.find((name) => !findMissingVariable(name, this.#options.environment));
    return provider && formatModelId({ provider, name: factsOf(provider).defaultModel ?? '' });
  }

  /** Whether the operator has said which model is the default. */
  get hasConfiguredDefault(): boolean {
    return Boolean(this.#configuredDefault());
  }

  #configuredDefault(): string | undefined {
    const { defaultModel, environment } = this.#options;
    return defaultModel?.trim() || environment.AGENT_MODEL?.trim();
  }

  /** The models of this machine, looked for anew when the last look is older than `maxAgeMs`; callers share one look. */
  async #localModels(maxAgeMs: number): Promise<readonly string[]> {
    if (this.#probe && performance.now() - this.#probe.at < maxAgeMs) return this.#probe.found;
    this.#probing ??= findLocalModels(this.#options)
      .then((found) => {
        this.#probe = { found, at: performance.now() };
        return found;
      })
      .finally(() => {
        this.#probing = undefined;
      });
    return this.#probing;
  }
}

const usualModels = (): ModelId[] =>
  providerNames.flatMap((provider) => factsOf(provider).models.map((name) => ({ provider, name })));
