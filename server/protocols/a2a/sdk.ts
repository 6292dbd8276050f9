/** The one place that loads the A2A SDK: its modules take long to load, so only the first request does. */

/** The parts of the SDK that every request needs. */
export async function loadA2aSdk() {
  const [types, server, errors, compat, compatServer] = await Promise.all([
    import('@a2a-js/sdk'),
    import('@a2a-js/sdk/server'),
    import('@a2a-js/sdk/errors'),
    import('@a2a-js/sdk/compat/v0_3'),
    import('@a2a-js/sdk/compat/v0_3/server'),
  ]);
  return { types, server, errors, compat, compatServer };
}

/** The loaded SDK. */
export type A2aSdk = Awaited<ReturnType<typeof loadA2aSdk>>;

/** The part of the SDK that Express mounts, and that loads Express, which takes longer than all the rest. */
export const loadA2aExpress = () => import('@a2a-js/sdk/server/express');

/** The two versions that are spoken, newest first. A request that names none speaks the older. */
export const A2A_VERSIONS = ['1.0', '0.3'] as const;
