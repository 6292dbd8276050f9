/** The one place that loads the SDK of ACP: only the first editor waits for its modules. */

/** The parts of the SDK that a server needs. */
export const loadAcpSdk = () => import('@agentclientprotocol/sdk');

/** The loaded SDK. */
export type AcpSdk = Awaited<ReturnType<typeof loadAcpSdk>>;

/** The version that is spoken. */
export const ACP_VERSION = 1;
