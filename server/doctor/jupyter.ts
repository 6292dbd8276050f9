import { parseJupyterUrl } from '../sandbox/local-jupyter/jupyter-url.ts';
import { type Check, type DoctorWorld, type Finding, fail, ok, sentenceOf, toSize } from './finding.ts';

const JUPYTER = 'Jupyter';
/** How long the server may send nothing. */
const SILENCE_MS = 15_000;
const MAX_ANSWER = 4 * 1024 * 1024;
const MAX_NAMES = 5;

/** Whether the Jupyter server, where one is configured, answers, takes the token, and has a Python. Starts no kernel. */
export const jupyter: Check = {
  name: JUPYTER,
  silenceMs: SILENCE_MS,
  async run(world) {
    const url = world.options['jupyter-sandbox'];
    if (url === undefined) return [];
    try {
      return [await askForKernels(url, world)];
    } catch (cause) {
      const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
      const reason = inner instanceof Error && 'code' in inner ? `${inner.code}` : sentenceOf(inner);
      return [fail(JUPYTER, `it was not reached: ${reason}`, 'start it, or check the URL of --jupyter-sandbox')];
    }
  },
};

async function askForKernels(text: string, { signal, heard }: DoctorWorld): Promise<Finding> {
  const { baseUrl, token } = parseJupyterUrl(text);
  const { host } = new URL(baseUrl);
  const response = await fetch(new URL('api/kernelspecs', baseUrl), {
    headers: token ? { authorization: `token ${token}` } : {},
    redirect: 'manual',
    signal,
  });
  heard();
  if (response.status !== 200) {
    await response.body?.cancel();
    return judgeRefusal(host, response.status);
  }
  const { kernelspecs, default: usual } = Object(await readJson(response, heard));
  const specs = Object.entries(Object(kernelspecs)).map(([name, spec]) => ({
    name,
    language: Object(Object(spec).spec).language,
  }));
  const python = specs.filter(({ language }) => language === 'python').map(({ name }) => name);
  if (!python.length) return fail(JUPYTER, `${host} has no kernel for Python`, 'install ipykernel beside it');
  const names = python.slice(0, MAX_NAMES).join(', ');
  return ok(
    JUPYTER,
    `${host} takes the token and has ${names}${typeof usual === 'string' ? ` (by default ${usual})` : ''}`,
  );
}

async function readJson(response: Response, heard: () => void): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    heard();
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER) throw new TooLongError(`its list of kernels is longer than ${toSize(MAX_ANSWER)}`);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** An answer that is longer than any list of kernels. */
class TooLongError extends Error {
  override readonly name = 'TooLongError';
}

function judgeRefusal(host: string, status: number): Finding {
  const isToken = status === 401 || status === 403 || (status >= 300 && status < 400);
  return isToken
    ? fail(JUPYTER, `${host} refused the token (HTTP ${status})`, 'put its token into the URL, as ?token=')
    : fail(JUPYTER, `${host} has no Jupyter API there (HTTP ${status})`, 'check the path of the URL');
}
