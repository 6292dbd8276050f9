/** A text with commands to paste, for who has just started the service at `url`; `runId` names a run that is not there yet. */
export function whatToTry(url: string, runId: string): string {
  const body = `{\\"run_id\\": \\"${runId}\\", \\"background\\": true, \\"message\\": \\"${MANY_CALLS}\\"}`;
  return `
What to try:

  # Begin a run of half a minute. X-Served-By is the replica that runs it.
  curl -sN -D - --max-time 3 ${url}/api/v1/agents/demo/prompt \\
    -H 'Content-Type: application/json' -d "${body}"

  # Follow it, in another terminal, through whichever replica is next in turn.
  curl -N ${url}/api/v1/runs/${runId}/events

  # Kill a replica by its pid. The others serve on, and tell how its runs have ended.
  kill -9 <pid>
  curl ${url}/api/v1/runs/${runId}

Ctrl-C ends everything.`;
}

/** A message of 150 lines, each of which has the demo model call a tool. */
const MANY_CALLS = "$(printf '/tool calculate %s*7\\\\n' $(seq 150))";
