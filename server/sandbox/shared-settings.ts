import { Mutex } from '../async/mutex.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { SandboxManager } from './sandbox-manager.ts';
import { type SandboxRequest, type SandboxSettings, toSettings, toShown } from './sandbox-settings.ts';

interface Desire {
  readonly body: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What all processes of a service are to do, by name. */
interface SharedDesires {
  find(name: string): Desire | undefined;
  put(name: string, toDesire: (before: Desire | undefined) => Desire): Promise<Desire>;
  /** Calls `listener` with each that another process has stored. */
  onForeign(listener: (name: string, desire: Desire) => void): () => void;
}

interface SharedSettingsOptions {
  readonly manager: Pick<SandboxManager, 'configure' | 'status'>;
  /** Where code runs by the options of this process, before anybody says otherwise. */
  readonly started: SandboxRequest;
  /** Chooses where kernels call tools. Returns the address. */
  useProxy(url: string | undefined): string | undefined;
  /** Absent: this process is the only one. */
  readonly desires?: SharedDesires | undefined;
  /** What tokens are stored with; absent: settings with one stay with the process that was given it. */
  readonly secrets?: SecretBox | undefined;
  readonly log: (message: string) => void;
}

type Configured = ReturnType<SandboxManager['status']>;

const NAME = 'sandbox';
const PROXY = 'mcp_proxy_url';
const TOKEN = 'jupyter_token';
const PURPOSE = 'token of the sandbox';

/** Sets where code runs, here and on all other processes of the service, also on those that start later. */
export class SharedSettings {
  readonly #options: SharedSettingsOptions;
  readonly #applying = new Mutex();

  constructor(options: SharedSettingsOptions) {
    this.#options = options;
    options.desires?.onForeign((name, desire) => {
      if (name === NAME) void this.#apply(desire);
    });
  }

  /** Sets what others have asked for, unless this process is started with other options than the one that was asked. */
  async open(): Promise<void> {
    const desire = this.#options.desires?.find(NAME);
    if (desire?.body.started_with === this.#startedWith) await this.#apply(desire);
    else if (desire)
      this.#options.log('The sandbox is as the options say: a caller had configured it under other ones');
  }

  /** As `configure` of the manager. */
  async configure(request: Parameters<SandboxManager['configure']>[0]): Promise<Configured> {
    const { manager } = this.#options;
    await manager.configure(request);
    await this.#share(toSettings(request), {});
    return manager.status();
  }

  /** The same, with where kernels call tools: `url` is what `useProxy` takes, undefined this process. Returns the address, too. */
  async configureWithProxy(
    request: SandboxRequest,
    url: string | undefined,
  ): Promise<Configured & { readonly mcpProxyUrl: string | undefined }> {
    const { manager, useProxy } = this.#options;
    await manager.configure(request);
    const mcpProxyUrl = useProxy(url);
    await this.#share(toSettings(request), { [PROXY]: url ?? null });
    return { ...manager.status(), mcpProxyUrl };
  }

  get #startedWith(): string {
    return JSON.stringify(toShown(toSettings(this.#options.started)));
  }

  async #share(settings: SandboxSettings, proxy: { readonly [PROXY]?: string | null }): Promise<void> {
    const { desires, secrets } = this.#options;
    const token = settings.variant === 'local-jupyter' ? settings.jupyter.token : '';
    // What cannot be stored sealed is not stored.
    if (!desires || (token !== '' && !secrets)) return;
    const sealed: Desire['secrets'] = token !== '' && secrets ? { [TOKEN]: secrets.seal(token, PURPOSE) } : {};
    const { variant, jupyter_url } = toShown(settings);
    const said = { variant, jupyter_url, started_with: this.#startedWith, ...proxy };
    const desire = await desires.put(NAME, (before) => ({
      // Where kernels call tools stays as it was said last.
      body: { ...(before && PROXY in before.body && { [PROXY]: before.body[PROXY] }), ...said },
      secrets: sealed,
    }));
    // What another process was asked for meanwhile may have been set in between.
    await this.#apply(desires.find(NAME) ?? desire);
  }

  #apply({ body, secrets }: Desire): Promise<void> {
    return this.#applying.run(async () => {
      const { manager, useProxy, secrets: box, log } = this.#options;
      const sealed = secrets[TOKEN];
      const token = sealed === undefined ? undefined : box?.open(sealed, PURPOSE);
      if (sealed !== undefined && token === undefined) {
        log('The sandbox stays where it is: it was configured with a token that no key of this server opens');
        return;
      }
      try {
        await manager.configure(readRequest(body, token));
        if (PROXY in body) useProxy(typeof body[PROXY] === 'string' ? body[PROXY] : undefined);
      } catch (cause) {
        log(`The sandbox stays where it is: ${cause instanceof Error ? cause.message : String(cause)}`);
      }
    });
  }
}

const readRequest = ({ variant, jupyter_url }: Desire['body'], token: string | undefined): SandboxRequest =>
  variant === 'local-jupyter'
    ? { variant, jupyter_url: typeof jupyter_url === 'string' ? jupyter_url : undefined, jupyter_token: token }
    : { variant: 'local-eval' };
