// Written by `npm run generate`.
export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health check
         * @description Answers while the process lives, whatever else is broken. Also at `/health` and `/health/live`.
         */
        get: operations["healthCheck"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readiness check
         * @description Answers 200 when the store is open and the configured MCP servers have settled; 503 while starting or shutting down. Also at `/health/ready`.
         */
        get: operations["healthReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health summary
         * @description How the server is and what it did, in a few numbers for a page; `/metrics` has all of them. Samples are taken when this is read: a server that nobody reads stays asleep. Where several processes are one service, `last_day` is of all of them and the rest of the one that answers.
         */
        get: operations["healthSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List agents
         * @description In the order they were created: all of them, or with `limit` or `cursor` a page. An agent that is deleted while pages are read leaves out none of the others.
         */
        get: operations["agentsList"];
        put?: never;
        /**
         * Create agent
         * @description A model without its API key is no error here; a prompt to the agent then fails and says what to set.
         */
        post: operations["agentsCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get agent
         * @description The agent with the ids of the MCP servers it selects.
         */
        get: operations["agentsGet"];
        /**
         * Update agent
         * @description Changes the fields given and no other. Running runs see the change at their next model call.
         */
        put: operations["agentsUpdate"];
        post?: never;
        /**
         * Delete agent
         * @description Ends the runs of the agent. Its conversations stay.
         */
        delete: operations["agentsDelete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/mcp-servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update agent MCP servers (runtime)
         * @description Replaces the selection. Running runs have the new tools at their next model call. An unknown id is 422.
         */
        patch: operations["agentMcpServersUpdate"];
        trace?: never;
    };
    "/agents/mcp-servers/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start MCP servers for all agents
         * @description Waits until each selected server runs or has failed; they start in parallel, and one failure stops no other. A server that several agents select starts once. One that runs is started anew when a variable it needs or was given has another value now.
         */
        post: operations["agentMcpServersStartAll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/mcp-servers/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start MCP servers for a specific agent
         * @description Waits until each selected server runs or has failed; they start in parallel, and one failure stops no other. A server that several agents select starts once. One that runs is started anew when a variable it needs or was given has another value now.
         */
        post: operations["agentMcpServersStart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/mcp-servers/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop MCP servers for all agents
         * @description Stops every server that an agent selects. They stay stopped until they are started by name.
         */
        post: operations["agentMcpServersStopAll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/mcp-servers/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop MCP servers for a specific agent
         * @description Stops the servers the agent selects, except those that another agent selects too: the message says how many were kept.
         */
        post: operations["agentMcpServersStop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/prompt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send prompt (streaming)
         * @description Both sides of the turn are stored before `done` is sent. Closing the connection cancels the run unless `background` is true. A prompt sent again with its `run_id` and a `Last-Event-ID` header is not run again: the events after that one follow. The header `Content-Location` names the run. A failure before the first event keeps its HTTP status; a later one is the `error` event.
         */
        post: operations["promptsStream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/prompt/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send prompt (non-streaming)
         * @description Waits for the complete answer. Closing the connection cancels the run unless `background` is true.
         */
        post: operations["promptsSync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List runs
         * @description Newest first, and what all that match came to. The sums count the runs that have ended, also those whose conversation was deleted since; only those that are still there with `conversation_id` or `parent_run_id`, and in the first and the last minute of a time that does not begin or end with a minute.
         */
        get: operations["runsList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get run
         * @description How far the run is, and how it ended. Its events are at `/runs/{run_id}/events`.
         */
        get: operations["runsGet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Steps of a run
         * @description What the run asked of models and tools, in order, with times; also while it runs, and of a run whose server died. Step 0, where there is one, holds the calls that a person answered since the run before: no model was asked for it.
         */
        get: operations["runsSteps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow run (streaming)
         * @description The events of a streamed prompt, from the first one or from the one after `Last-Event-ID`, to `done` or `error`. A reader whose connection broke continues here. Leaving does not end a background run; any other run ends with its last reader. Where events were lost with a server that died, the numbers jump, to a whole multiple of 1,000,000, and the last event says so. An `error` with the code `draining` or `store-failed` is the end of the stream alone, under the number of the event before it: the run goes on, and is followed from there, where several processes are one service at another one.
         */
        get: operations["runsEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel run
         * @description Ends the run: its model call and its tools in flight are aborted, and what was said is stored before this answers. A run that has ended stays as it is.
         */
        post: operations["runsCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Usage and cost
         * @description What the runs of a time came to, added up by agent, key, model or day. They count with the minute in which they began, as soon as they have ended, and stay counted when their conversation is deleted. A run that asked several models counts with its last one; tokens and costs count with the model that was asked. A caller sees the runs of its own key, and those begun without keys.
         */
        get: operations["usageGet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List approvals
         * @description Newest first.
         */
        get: operations["approvalsList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{approval_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer approval
         * @description Approves or refuses the call. With the last open approval of a conversation its agent goes on in a background run, `resumed_by`, which can be followed at `/runs/{run_id}/events`. AG-UI clients answer with `resume` instead.
         */
        post: operations["approvalsAnswer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List conversations
         * @description Newest first. With `query`, those that have the text in their title or in the `content` of a message, as Get conversation shows it; of a message that is stored with more than 256 KiB, such as one with a file, nothing is searched. A request looks through at most about 5,000 messages: a page may be shorter than `limit`, or empty, and `next_cursor` goes on behind what was looked through until it is null.
         */
        get: operations["conversationsList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/conversations/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get conversation
         * @description The conversation with all of its messages, oldest first.
         */
        get: operations["conversationsGet"];
        put?: never;
        post?: never;
        /**
         * Delete conversation
         * @description Deletes the conversation and its history. An active run on it is ended first.
         */
        delete: operations["conversationsDelete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/conversations/{conversation_id}/rewind": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rewind conversation
         * @description Forgets the messages from one on, so that what is said next stands in their place: to edit a message, forget it and send it anew, over any protocol. Approvals that its calls wait for are cancelled. The runs that said it stay, with their steps and costs. Answers with the conversation as it then is.
         */
        post: operations["conversationsRewind"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the server (streaming)
         * @description Each change of a run, an approval, an agent, a conversation, an MCP server or a sandbox, as far as the key may see it. The first event is `ready`: everything after it is told. A reader whose connection broke goes on behind `Last-Event-ID`, of the last 10,000 events; where that is too far back, or from before a restart, the first event is `missed` instead, and what is still held follows: read anew what you show. A reader that is too slow is told `missed` in the middle. Numbers rise and jump; the jumps mean nothing. Where several processes are one service, each tells what happens on all of them, under the same numbers: a reader goes on at any of them, also after a restart. What a process that died may not have told is told as `missed`. When the server shuts down the last event is `error` with the code `draining`.
         */
        get: operations["eventsFollow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ag-ui/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List AG-UI agents
         * @description Every agent, with the path an AG-UI client is given.
         */
        get: operations["agUiAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ag-ui/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * AG-UI protocol info
         * @description What the list of agents says, and what of the protocol this server can do.
         */
        get: operations["agUiInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ag-ui/{agent_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run an agent (streaming)
         * @description Answers with AG-UI events: `RUN_STARTED` first, exactly one `RUN_FINISHED` or `RUN_ERROR` last. The `messages` are the prompt; the thread is stored as a conversation with the id of the thread. A failure before the first event keeps its HTTP status; a later one is `RUN_ERROR`. Closing the connection cancels the run unless `forwardedProps.background` is true. A request sent again with a `Last-Event-ID` header is not run again: the events after that one follow. A tool of an MCP server changes the shared state with the whole new one as `ag-ui/state` in the `_meta` of its result (told as `STATE_SNAPSHOT`, then `STATE_DELTA`), sends `CUSTOM` events with `ag-ui/custom` there, and is given the state in the `_meta` of its calls when its own `_meta` has `ag-ui/state: true`. A run that waits for MCP servers which are starting says so in a `CUSTOM` event `status`, and names those that did not come as `missing_servers` in the `result` of `RUN_FINISHED`. A thread that waits for the approval of a tool call takes no run but one whose `resume` answers it.
         */
        post: operations["agUiRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ag-ui/{agent_id}/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Read a run again (streaming)
         * @description The events of a run that goes on or has ended. With `Last-Event-ID`: those after that one and nothing else. Without: `RUN_STARTED`, the conversation before the run as `MESSAGES_SNAPSHOT`, and all events of the run. Where events were lost with a server that died, the ids jump and a `MESSAGES_SNAPSHOT` comes before the last event.
         */
        post: operations["agUiConnect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ag-ui/terminate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Terminate a run
         * @description Ends an active run: its model call and its tools in flight are aborted, and its stream closes with its terminal event. A run that is unknown or already over is no error; `success` is then false.
         */
        post: operations["agUiTerminate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/a2a/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List A2A agents
         * @description Each agent speaks A2A 1.0 and 0.3 at its endpoint: JSON-RPC as `POST` to it, the REST binding below it (`message:send`, `message:stream`, `tasks`), its card at `.well-known/agent-card.json`. The card of the first agent is also at `/.well-known/agent-card.json`.
         */
        get: operations["a2aAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/a2ui/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A2UI protocol info
         * @description Every agent with its path, and what of the protocol this server speaks: the version and the catalogs its surfaces are made of.
         */
        get: operations["a2uiInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/a2ui/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List A2UI agents
         * @description The same as `/a2ui/`.
         */
        get: operations["a2uiAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/a2ui/{agent_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run an agent (streaming surfaces)
         * @description Answers with A2UI envelopes, each valid by the published schema. The agent makes surfaces with the tool `render_ui`; what it says in words before that is a surface of text. A surface id begins with the id of its conversation, so an action or a `surface_id` continues that. Events are named `message`, and `error` for what is no envelope: a run that did not finish, or a surface the model could not make right in a second try. With `Accept: application/jsonl` each is a line of JSON. The stream is over when the answer ends. Closing the connection cancels the run unless `background` is true. A request sent again with its `run_id` and a `Last-Event-ID` header is not run again: the events after that one follow. The header `Content-Location` names the run, which `POST /runs/{run_id}/cancel` stops.
         */
        post: operations["a2uiRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp-ui/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * MCP-UI protocol info
         * @description Every agent with its path, and what of the protocol this server speaks: the version and the types of pages, and which tools of each agent bring one.
         */
        get: operations["mcpUiInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp-ui/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List MCP-UI agents
         * @description The same as `/mcp-ui/`.
         */
        get: operations["mcpUiAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp-ui/{agent_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run an agent (streaming text and pages)
         * @description Answers with text, tool calls and their results. The result of a tool that has a page (`_meta.ui.resourceUri`) is followed by a `ui` event with the page, to be shown in a sandboxed frame: from `resource.text`, or from `resource_endpoint`, which answers `GET` with the page under a policy that lets it reach only the hosts its server declares. Exactly one `done` or `error`, always last. Closing the connection cancels the run unless `background` is true. A request sent again with its `run_id` and a `Last-Event-ID` header is not run again: the events after that one follow; the numbers rise, and not always by one. The header `Content-Location` names the run, which `POST /runs/{run_id}/cancel` stops.
         */
        post: operations["mcpUiRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp-ui/{agent_id}/call": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pass on what a page asks of its server
         * @description The bridge of a page that is shown: it may call the tools of the MCP server it comes from that are meant for pages, list them, and read the pages of that server. The answer is what MCP answers.
         */
        post: operations["mcpUiCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp-ui/{agent_id}/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get an address of a page for a frame
         * @description A frame sends no key. The address that is answered serves one page, under the same policy as `resource_endpoint`, without a key: once, and for a minute. After that it answers 410. Where several processes are one service, any of them serves it. A caller may have 200 of them open; of more the oldest ends.
         */
        post: operations["mcpUiTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vercel-ai/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List agents for the AI SDK
         * @description Every agent, with the `api` that a chat transport is given.
         */
        get: operations["vercelAiAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vercel-ai/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Chat (streaming)
         * @description The `api` of `DefaultChatTransport`. Answers with a UI message stream: `start` first, then exactly one `finish`, `abort` or `error`, then `[DONE]`. The stored conversation is the truth: a new message ends a run that is still answering, a message that is stored already is answered anew, and what stood behind it is replaced. Answers to `tool-approval-request` are taken from the last message and checked against the approvals stored here; they may be given at `/approvals/{approval_id}` as well. A reader that goes away ends no run: `POST /runs/{run_id}/cancel` does, with the `run_id` in the metadata of `start`.
         */
        post: operations["vercelAiChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vercel-ai/{agent_id}/{chat_id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages of a chat
         * @description What is stored of a conversation, as the `messages` that `useChat` begins with; none when it is new.
         */
        get: operations["vercelAiMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vercel-ai/{agent_id}/{chat_id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Take up a running answer (streaming)
         * @description The answer that a run of the chat is giving, from its first chunk on, also what it said before a person was asked; 204 when no run is active. What `resume: true` of `useChat` reads.
         */
        get: operations["vercelAiResume"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List agents as models
         * @description Every agent, as the model that requests name.
         */
        get: operations["openaiModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/models/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an agent as a model
         * @description The agent with this id, as the model that requests name.
         */
        get: operations["openaiModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Chat completion (streaming, or at once)
         * @description Runs an agent on a chat, to its end: its own tools are called on the way and are no `tool_calls`. Tools of the request are the client’s, and end the answer with `tool_calls`; their results come back as `role: tool`. Without the header `X-Conversation-Id` the messages are taken as they are and stored nowhere, and tools that wait for a person are refused. With it the conversation that is stored here is the truth, and of the messages only what stands behind the last answer is taken; what is asked again because its answer broke off is answered in the place of that. `system` and `developer` messages are instructions for this answer. The answer fits `response_format`. `max_tokens`, `max_completion_tokens`, `stop`, `temperature`, `top_p`, `frequency_penalty`, `presence_penalty`, `logit_bias`, `logprobs`, `top_logprobs`, `seed`, `reasoning_effort`, `verbosity`, `modalities`, `audio`, `prediction`, `web_search_options`, `store`, `metadata`, `service_tier`, `user`, `functions`, `function_call` and other fields that are not listed are taken and have no effect: the agent has settings of its own. Closing the connection ends the run.
         */
        post: operations["openaiChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a response (streaming, or at once)
         * @description Runs an agent. The events of a response have numbers, and a reader whose connection broke goes on with `GET /openai/responses/{response_id}?stream=true&starting_after=N`. The last of them is `response.completed`, `response.incomplete` or `response.failed`; a response that was cancelled ends with `response.incomplete`, and its status says so. Calls that the agent makes are `mcp_call` items, with their results. A call that waits for a person is an `mcp_approval_request`. `temperature`, `top_p`, `max_output_tokens`, `max_tool_calls`, `reasoning`, `service_tier`, `top_logprobs` and `truncation` are repeated and have no effect: the agent has settings of its own. Other fields are taken and left out. Closing the connection ends the run, unless `background` is set.
         */
        post: operations["openaiRespond"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/responses/{response_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a response, or follow it (streaming)
         * @description A response as it stands, one that is still made with what is in it so far; or with `stream=true` its events, from the first one or from the one after `starting_after`. A run that another protocol has started can be read as a response too.
         */
        get: operations["openaiResponse"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/responses/{response_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a response
         * @description Ends it, and answers when what was said is stored. One that has ended stays as it is.
         */
        post: operations["openaiCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/acp/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List agents for editors
         * @description Every agent, with the path at which a WebSocket speaks version 1 of the Agent Client Protocol with it: JSON-RPC, one message in a text frame. Its key comes in `Authorization`, or, from pages, as the subprotocol `base64url.bearer.` with the key in base64url behind it, beside the subprotocol `acp`. A session is a conversation: its id is good for every other endpoint. Editors that start programs are given `agent-runtimes acp`.
         */
        get: operations["acpAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/examples/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List example agents
         * @description Each with the path an AG-UI client is given, and what it shows.
         */
        get: operations["examplesList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/examples/{example_name}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run an example agent (streaming)
         * @description As a run at `/ag-ui/{agent_id}/`, with the default model of the server, which may be the embedded one. A thread is a conversation of the agent `example:{example_name}`; its runs are read again at `/ag-ui/example:{example_name}/connect` and ended at `/ag-ui/terminate`.
         */
        post: operations["examplesRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List running servers
         * @description Every server that runs, wherever it was defined.
         */
        get: operations["mcpServersList"];
        put?: never;
        /**
         * Create server
         * @description Adds a server with a `command`, or with a `url`. An enabled one starts in the background: its `status` says how far it is. It survives a restart of this server. Values of `env` and `headers` that are no references do so where this server has a secret key file, and are stored sealed; without one, or when the key that has sealed them is gone, they do not, and then its `error` names what to give again. Where several processes are one service, the same goes for the others: each runs the server, those values it has only with a secret key file.
         */
        post: operations["mcpServersCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List MCP config servers
         * @description The servers of the config file that were started. They start with this server; one that failed is listed with its error.
         */
        get: operations["mcpServersListConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List catalog servers
         * @description Every predefined server. They are not started until somebody enables them or an agent uses them.
         */
        get: operations["mcpServersListCatalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/available": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List all available servers
         * @description The servers of the config file, the custom servers and the catalog, whether they run or not. An id may stand here several times.
         */
        get: operations["mcpServersListAvailable"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/{server_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get server
         * @description Looks in the config file, then among custom servers, then in the catalog.
         */
        get: operations["mcpServersGet"];
        /**
         * Update server
         * @description Changes the fields given, and restarts the server when it runs. Servers of config file and catalog cannot be changed.
         */
        put: operations["mcpServersUpdate"];
        post?: never;
        /**
         * Delete server
         * @description Ends the server and forgets it. Servers of config file and catalog cannot be deleted.
         */
        delete: operations["mcpServersDelete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/{server_id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the log of a server
         * @description The last lines the server wrote to its standard error, oldest first, with secrets masked. Where several processes are one service: of the process that answers.
         */
        get: operations["mcpServersLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/{server_id}/log/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the log of a server (streaming)
         * @description The lines that are held, of all its processes so far, then each new one; it goes on when the server restarts, and ends with `removed` when the server is deleted. The first event is `ready`, or `missed` when lines behind `Last-Event-ID` are no longer held. When this server shuts down the last event is `error` with the code `draining`. Where several processes are one service: of the process that answers.
         */
        get: operations["mcpServersLogEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/{server_id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start server
         * @description Starts a server, wherever it was defined, also one that is disabled, and waits until it runs. One that runs already is answered as it is. Where several processes are one service, the others start it too, also one that starts later, until somebody stops it; `env_vars` reach them only with a secret key file.
         */
        post: operations["mcpServersStart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/{server_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop server
         * @description Ends a server, wherever it was defined, and every process behind it, and waits until they are gone. It stays stopped until somebody starts it: neither a change of the config file nor an agent that uses it brings it back. A restart of this server forgets that it was stopped. Where several processes are one service, the others stop it too, and no restart forgets it. One that is stopped already is answered as it is.
         */
        post: operations["mcpServersStop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/catalog/{server_name}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable catalog server
         * @description Starts a server of the catalog for the current session and waits until it runs. One that runs already is answered as it is. Among several processes as Start server.
         */
        post: operations["mcpServersEnable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/catalog/{server_name}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Disable catalog server
         * @description Ends the server and every process behind it, and waits until they are gone. Among several processes as Stop server.
         */
        delete: operations["mcpServersDisable"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/servers/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import servers from a config file
         * @description Adds the servers of the config file of another program, each as `POST /mcp/servers` would: of Claude, Cursor, VS Code, Zed, opencode, Codex and others, or of this server. An `${input:api-key}` of VS Code becomes the variable `API_KEY`. An entry that cannot be added harms no other. Values of variables and headers are in no answer.
         */
        post: operations["mcpServersImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/proxy/{server_id}/tools/{tool_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call a tool of a running MCP server
         * @description The error of a tool is an answer with `success: false`. Text of the result is decoded when it is JSON; structured content is given as it is. Code in a sandbox calls with a token of its own: only tools of its agent, only while it runs, and each refusal is an answer with `success: false` and its `kind`; it calls at the process whose sandbox it is. Where several processes are one service, a server that runs at another one alone is started for the call.
         */
        post: operations["mcpProxyCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/proxy/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the servers whose tools can be called
         * @description The MCP servers that run now, and `skills`, each with its tools. Where several processes are one service: of the process that answers.
         */
        get: operations["mcpProxyServers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/proxy/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check that the proxy answers
         * @description Answers while the server does, whether or not an MCP server runs.
         */
        get: operations["mcpProxyHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/configure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get configuration
         * @description The models an agent may name and whether their keys are set, the MCP servers there are, and the tools of those that run.
         */
        get: operations["configureGet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/configure/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List models
         * @description The models that agents may be given: of each provider its usual ones, then those of the price table, then those last found on this machine. Asks nobody, and tells no key. A provider takes other names too.
         */
        get: operations["configureModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/configure/mcp-toolsets-status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * MCP toolsets status
         * @description How the start of the MCP servers went.
         */
        get: operations["configureToolsetsStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/configure/mcp-toolsets-info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * MCP toolsets info
         * @description How each running MCP server is run.
         */
        get: operations["configureToolsetsInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/sandbox/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get sandbox status
         * @description Starts nothing.
         */
        get: operations["sandboxStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/sandbox/interpreters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List interpreters
         * @description Which agents have an interpreter now, and for whom, as far as the key may see it: its own, and all on a server with one key or none; those of every process of the service. Starts nothing.
         */
        get: operations["sandboxInterpreters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/sandbox/variables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List variables
         * @description The variables that the code of the agent has for this key, the newest 200, without those that begin with `_` and what it has imported. None while code runs, and none where there is no interpreter: none is started. Values are shown in a few words, and no code of the agent is run for it. Where several processes of one service have an interpreter for the same, it is the one that was used last.
         */
        get: operations["sandboxVariables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/sandbox/configure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Configure sandbox
         * @description Records where code runs from the next execution on, for all keys; what runs ends where it is. Variables do not move. Nothing is connected to before the next execution, unless `verify` is true. Where several processes are one service, it holds for all of them, also for one that starts later with the same options; with a token only where there is a secret key file, else for the process that answers.
         */
        post: operations["sandboxConfigure"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/sandbox/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restart sandbox
         * @description Interrupts what the caller runs, ends the interpreters of the caller and starts a new one. Their variables are lost. What others run goes on. Interpreters end at every process of the service; the new one is of the process that answers.
         */
        post: operations["sandboxRestart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/sandbox/interrupt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Interrupt executions
         * @description Interrupts what the caller runs in one agent, or in every agent, at whichever process of the service. Variables stay. What others run goes on.
         */
        post: operations["sandboxInterrupt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Execute code
         * @description Runs Python in the sandbox of the agent and waits for its end. What the code does, exceptions included, is a 200. Executions of one agent run one after another and share variables, for each key by themselves. Closing the connection interrupts the code. With `Accept: text/event-stream` it is streamed.
         */
        post: operations["sandboxExecute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/execute/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Execute code (streaming)
         * @description As Execute code, with the output as it comes.
         */
        post: operations["sandboxExecuteStream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/skills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List skills
         * @description Every skill of the skills folder as it is now, and what keeps other folders from being one.
         */
        get: operations["skillsList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/skills/{skill_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get skill
         * @description The skill as it is now, with its text and its files, and with what is in one of them.
         */
        get: operations["skillsGet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        A2aAgent: {
            agent_id: string;
            name: string;
            /** @description Where to POST JSON-RPC; the REST operations are below it */
            endpoint: string;
            /** @description The agent's card, in the version of the A2A-Version header */
            card_endpoint: string;
        };
        A2aAgentList: {
            /** @constant */
            protocol: "a2a";
            /** @description The version of this server */
            version: string;
            /** @description The versions of A2A that are spoken, newest first */
            protocol_versions: string[];
            agents: components["schemas"]["A2aAgent"][];
            agents_endpoint: string;
            count: number;
        };
        /** @description What a user did on a surface, as A2UI clients report it */
        A2uiAction: {
            name: string;
            surfaceId: string;
            sourceComponentId: string;
            timestamp: string;
            context: {
                [key: string]: unknown;
            };
        };
        A2uiAgent: {
            agent_id: string;
            name: string;
            endpoint: string;
        };
        A2uiEvent: {
            /** @constant */
            version: "v0.9";
            createSurface: {
                /** @description The surface that is meant */
                surfaceId: string;
                catalogId: string;
                theme?: {
                    [key: string]: unknown;
                };
                sendDataModel?: boolean;
            };
        } | {
            /** @constant */
            version: "v0.9";
            updateComponents: {
                /** @description The surface that is meant */
                surfaceId: string;
                components: {
                    [key: string]: unknown;
                }[];
            };
        } | {
            /** @constant */
            version: "v0.9";
            updateDataModel: {
                /** @description The surface that is meant */
                surfaceId: string;
                path?: string;
                value?: unknown;
            };
        } | {
            /** @constant */
            version: "v0.9";
            deleteSurface: {
                /** @description The surface that is meant */
                surfaceId: string;
            };
        } | {
            /** @constant */
            version: "v0.9";
            /** @description Ours: a surface that could not be made, or a run that did not finish */
            error: {
                code: string;
                message: string;
                /** @description The surface that is meant */
                surfaceId?: string;
            };
        };
        A2uiInfo: {
            /** @constant */
            protocol: "a2ui";
            /** @description The version of A2UI that is spoken */
            version: string;
            /** @description The catalogs whose components surfaces are made of */
            catalogs: string[];
            /** @description What activates A2UI over A2A */
            extension_uri: string;
            agents: components["schemas"]["A2uiAgent"][];
            agents_endpoint: string;
            count: number;
        };
        A2uiRequest: {
            /** @description What the user says */
            message?: string;
            /** @description What the user did; instead of a message */
            action?: components["schemas"]["A2uiAction"];
            /** @description The surface the user looks at; what is made anew under its name changes it. An action names its own */
            surface_id?: string;
            /** @description The data model of that surface, as the user has left it */
            data_model?: {
                [key: string]: unknown;
            };
            /** @description Absent: the conversation the surface belongs to, else a new one */
            conversation_id?: string;
            /** @description The id of the run, chosen by the caller so that a broken stream can be continued; absent: one is made */
            run_id?: string;
            /** @description Whether the run goes on when the connection closes; its events can be read again at `/runs/{run_id}/events` */
            background?: boolean;
        };
        AcpAgentList: {
            /** @constant */
            protocol: "acp";
            /** @description The version of the protocol that is spoken */
            version: number;
            agents: {
                agent_id: string;
                name: string;
                /** @description Its path for WebSockets */
                endpoint: string;
            }[];
            agents_endpoint: string;
            count: number;
        };
        AgUiAgent: {
            agent_id: string;
            /** @description Where to POST a run; the trailing slash is part of it */
            endpoint: string;
            /** @description The same as agent_id */
            id: string;
            name: string;
        };
        AgUiAgentList: {
            /** @constant */
            protocol: "ag-ui";
            /** @description The version of this server */
            version: string;
            agents: components["schemas"]["AgUiAgent"][];
            agents_endpoint: string;
            terminate_endpoint: string;
            note: string;
            count: number;
        };
        AgUiConnect: {
            /**
             * @description Required, here or as threadId
             * @example thread-123
             */
            thread_id?: string | null;
            /**
             * @description Absent, here and as runId: the newest run
             * @example run-456
             */
            run_id?: string | null;
            /** @description The AG-UI version of the caller */
            protocol_version?: string | null;
            /** @description The camelCase spelling of thread_id */
            threadId?: string | null;
            /** @description The camelCase spelling of run_id */
            runId?: string | null;
            /** @description The camelCase spelling of protocol_version */
            protocolVersion?: string | null;
        };
        AgUiEvent: ({
            /** @constant */
            type: "RUN_STARTED";
            timestamp?: number;
            thread_id?: string;
            threadId?: string;
            run_id?: string;
            runId?: string;
            parent_run_id?: string;
            parentRunId?: string;
            protocol_version?: string;
            protocolVersion?: string;
            input?: unknown;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "RUN_FINISHED";
            timestamp?: number;
            thread_id?: string;
            threadId?: string;
            run_id?: string;
            runId?: string;
            result?: unknown;
            outcome?: {
                type: string;
            } & {
                [key: string]: unknown;
            };
            usage?: {
                [key: string]: unknown;
            }[];
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "RUN_ERROR";
            timestamp?: number;
            message: string;
            code?: string;
            usage?: {
                [key: string]: unknown;
            }[];
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "STEP_STARTED";
            timestamp?: number;
            step_name?: string;
            stepName?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "STEP_FINISHED";
            timestamp?: number;
            step_name?: string;
            stepName?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "TEXT_MESSAGE_START";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
            /** @enum {string} */
            role?: "developer" | "system" | "assistant" | "user";
            name?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "TEXT_MESSAGE_CONTENT";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
            delta: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "TEXT_MESSAGE_END";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "TEXT_MESSAGE_CHUNK";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
            /** @enum {string} */
            role?: "developer" | "system" | "assistant" | "user";
            name?: string;
            delta?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "TOOL_CALL_START";
            timestamp?: number;
            tool_call_id?: string;
            toolCallId?: string;
            tool_call_name?: string;
            toolCallName?: string;
            parent_message_id?: string;
            parentMessageId?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "TOOL_CALL_ARGS";
            timestamp?: number;
            tool_call_id?: string;
            toolCallId?: string;
            delta: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "TOOL_CALL_END";
            timestamp?: number;
            tool_call_id?: string;
            toolCallId?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "TOOL_CALL_CHUNK";
            timestamp?: number;
            tool_call_id?: string;
            toolCallId?: string;
            tool_call_name?: string;
            toolCallName?: string;
            parent_message_id?: string;
            parentMessageId?: string;
            delta?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "TOOL_CALL_RESULT";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
            tool_call_id?: string;
            toolCallId?: string;
            content: string | unknown[];
            /** @constant */
            role?: "tool";
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "STATE_SNAPSHOT";
            timestamp?: number;
            snapshot: unknown;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "STATE_DELTA";
            timestamp?: number;
            delta: unknown[];
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "MESSAGES_SNAPSHOT";
            timestamp?: number;
            messages: unknown[];
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "ACTIVITY_SNAPSHOT";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
            activity_type?: string;
            activityType?: string;
            content: {
                [key: string]: unknown;
            };
            replace?: boolean;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "ACTIVITY_DELTA";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
            activity_type?: string;
            activityType?: string;
            patch: unknown[];
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "RAW";
            timestamp?: number;
            event: unknown;
            source?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "CUSTOM";
            timestamp?: number;
            name: string;
            value: unknown;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "REASONING_START";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "REASONING_MESSAGE_START";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
            /** @constant */
            role: "reasoning";
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "REASONING_MESSAGE_CONTENT";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
            delta: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "REASONING_MESSAGE_END";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "REASONING_MESSAGE_CHUNK";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
            delta?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "REASONING_END";
            timestamp?: number;
            message_id?: string;
            messageId?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "REASONING_ENCRYPTED_VALUE";
            timestamp?: number;
            entity_id?: string;
            entityId?: string;
            /** @enum {string} */
            subtype: "tool-call" | "message";
            encrypted_value?: string;
            encryptedValue?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "SUBAGENT_STARTED";
            timestamp?: number;
            subagent_run_id?: string;
            subagentRunId?: string;
            parent_subagent_run_id?: string;
            parentSubagentRunId?: string;
            parent_tool_call_id?: string;
            parentToolCallId?: string;
            parent_message_id?: string;
            parentMessageId?: string;
            name: string;
            description?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "SUBAGENT_FINISHED";
            timestamp?: number;
            subagent_run_id?: string;
            subagentRunId?: string;
            result?: unknown;
            outcome?: {
                type: string;
            } & {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        }) | ({
            /** @constant */
            type: "SUBAGENT_ERROR";
            timestamp?: number;
            subagent_run_id?: string;
            subagentRunId?: string;
            message: string;
            code?: string;
        } & {
            [key: string]: unknown;
        });
        AgUiInfo: {
            /** @constant */
            protocol: "ag-ui";
            /** @description The version of this server */
            version: string;
            agents: components["schemas"]["AgUiAgent"][];
            agents_endpoint: string;
            terminate_endpoint: string;
            note: string;
            count: number;
            description: string;
            /** @description The version of AG-UI that is spoken */
            protocol_version: string;
            /** @description What every agent here can do, as AG-UI `AgentCapabilities` */
            capabilities: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        AgUiRun: {
            /**
             * @description The conversation; required, here or as threadId. An unknown one is made
             * @example thread-123
             */
            thread_id?: string | null;
            /**
             * @description The id of this run, chosen by the caller; required, here or as runId
             * @example run-456
             */
            run_id?: string | null;
            /**
             * @description The whole conversation so far, the newest message last, as AG-UI messages. Empty, or without a call that `resume` answers: what is stored of it
             * @example [
             *       {
             *         "id": "msg-1",
             *         "role": "user",
             *         "content": "Hello, how are you?"
             *       }
             *     ]
             */
            messages: {
                [key: string]: unknown;
            }[];
            /** @description The state shared with the agent: any JSON value */
            state?: unknown;
            tools?: {
                [key: string]: unknown;
            }[] | null;
            context?: {
                [key: string]: unknown;
            }[] | null;
            /** @description Of its keys these are read: `background` (true: the run goes on when the connection closes), `when_busy` (`reject`, `queue` or `interrupt`, as for prompts) and `resume` (for clients that have no `resume` of their own) */
            forwardedProps?: unknown;
            /** @description The run that this one continues */
            parent_run_id?: string | null;
            /**
             * @description The AG-UI version of the caller; what 1.0 added is sent from 1.0 on
             * @example 1.0
             */
            protocol_version?: string | null;
            resume?: {
                [key: string]: unknown;
            }[] | null;
            /** @description The camelCase spelling of thread_id */
            threadId?: string | null;
            /** @description The camelCase spelling of run_id */
            runId?: string | null;
            /** @description The camelCase spelling of parent_run_id */
            parentRunId?: string | null;
            /** @description The camelCase spelling of protocol_version */
            protocolVersion?: string | null;
            /** @description The snake_case spelling of forwardedProps */
            forwarded_props?: unknown;
        };
        AgUiTerminate: {
            /**
             * @description Required, here or as threadId
             * @example thread-123
             */
            thread_id?: string | null;
            /**
             * @description Required, here or as runId
             * @example run-456
             */
            run_id?: string | null;
            /** @description The camelCase spelling of thread_id */
            threadId?: string | null;
            /** @description The camelCase spelling of run_id */
            runId?: string | null;
        };
        AgUiTerminated: {
            /** @description false: no such run was active */
            success: boolean;
            message: string;
            thread_id: string;
            run_id: string;
        };
        Agent: {
            id: string;
            name: string;
            description: string;
            /** @constant */
            transport: "streaming";
            /** @description The model in use, also when it is the default of the server */
            model: string;
            /**
             * @description running: at least one run is active
             * @enum {string}
             */
            status: "idle" | "running";
            system_prompt: string;
            selected_mcp_servers: components["schemas"]["ServerSelection"][];
            max_steps: number;
            temperature: number | null;
            /** @description Whether the agent calls its tools from Python it writes */
            codemode: boolean;
            /** @description Which tool calls wait for the approval of a person */
            approvals: {
                /**
                 * @description Names of tools; `*` is any text
                 * @example [
                 *       "github__*"
                 *     ]
                 */
                tools: string[];
            };
            /** @description The skills the agent may use */
            skills: string[];
            /** @description The ids of the agents it may ask, each by a tool `ask_<id>` */
            agents: string[];
            /** @description Whether MCP clients at `/api/v1/mcp` are offered the agent as the tool `ask_<id>` */
            offer_as_tool: boolean;
            /** @description What its answers are JSON of; null: they are text */
            output_schema: {
                [key: string]: unknown;
            } | null;
            /** @description Whether its runs outlive what they began with: they go on without readers, and where processes share a database, on another one when theirs is gone. No tool is called twice then: the model is told that a call which was open may have run. With one process they end as interrupted when it stops. Runs that another run asks for, those of Chat Completions, and those with tools of the client that asks, such as an editor or a viewer of surfaces, are as those of other agents */
            durable: boolean;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            updated_at: string;
        };
        AgentDeleted: {
            message: string;
        };
        AgentDetail: {
            id: string;
            name: string;
            description: string;
            /** @constant */
            transport: "streaming";
            /** @description The model in use, also when it is the default of the server */
            model: string;
            /**
             * @description running: at least one run is active
             * @enum {string}
             */
            status: "idle" | "running";
            system_prompt: string;
            selected_mcp_servers: components["schemas"]["ServerSelection"][];
            max_steps: number;
            temperature: number | null;
            /** @description Whether the agent calls its tools from Python it writes */
            codemode: boolean;
            /** @description Which tool calls wait for the approval of a person */
            approvals: {
                /**
                 * @description Names of tools; `*` is any text
                 * @example [
                 *       "github__*"
                 *     ]
                 */
                tools: string[];
            };
            /** @description The skills the agent may use */
            skills: string[];
            /** @description The ids of the agents it may ask, each by a tool `ask_<id>` */
            agents: string[];
            /** @description Whether MCP clients at `/api/v1/mcp` are offered the agent as the tool `ask_<id>` */
            offer_as_tool: boolean;
            /** @description What its answers are JSON of; null: they are text */
            output_schema: {
                [key: string]: unknown;
            } | null;
            /** @description Whether its runs outlive what they began with: they go on without readers, and where processes share a database, on another one when theirs is gone. No tool is called twice then: the model is told that a call which was open may have run. With one process they end as interrupted when it stops. Runs that another run asks for, those of Chat Completions, and those with tools of the client that asks, such as an editor or a viewer of surfaces, are as those of other agents */
            durable: boolean;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            updated_at: string;
            /** @description The ids of the selected MCP servers */
            mcp_toolsets: string[];
        };
        AgentList: {
            agents: components["schemas"]["Agent"][];
            /** @description null on the last page; absent where no page was asked for */
            next_cursor?: string | null;
        };
        AgentMcpServersUpdated: {
            agent_id: string;
            selected_mcp_servers: components["schemas"]["ServerSelection"][];
            message: string;
        };
        AgentServersStarted: {
            agent_id: string;
            /** @description Servers that were started */
            started_servers: string[];
            /** @description Servers that were stopped */
            stopped_servers: string[];
            /** @description Servers that ran before */
            already_running: string[];
            /** @description Servers that did not run before */
            already_stopped: string[];
            /** @description Servers that could not be started or stopped, and why */
            failed_servers: components["schemas"]["FailedServer"][];
            /** @description Whether the codemode tools of an agent were rebuilt */
            codemode_rebuilt: boolean;
            /** @description All of it in one sentence */
            message: string;
            /** @description The names of the variables given */
            env_vars_set: string[];
            /** @description Whether the code sandbox was configured by this call */
            sandbox_configured: boolean;
            /** @description The variant of the sandbox after this call; null when it was not configured by it */
            sandbox_variant: string | null;
            /** @description Where code in the sandbox calls MCP tools; null when the sandbox was not configured */
            mcp_proxy_url: string | null;
        };
        AgentServersStopped: {
            agent_id: string;
            /** @description Servers that were started */
            started_servers: string[];
            /** @description Servers that were stopped */
            stopped_servers: string[];
            /** @description Servers that ran before */
            already_running: string[];
            /** @description Servers that did not run before */
            already_stopped: string[];
            /** @description Servers that could not be started or stopped, and why */
            failed_servers: components["schemas"]["FailedServer"][];
            /** @description Whether the codemode tools of an agent were rebuilt */
            codemode_rebuilt: boolean;
            /** @description All of it in one sentence */
            message: string;
        };
        AllServersStarted: {
            /** @description Every agent */
            agents_processed: string[];
            /** @description Servers that were started */
            started_servers: string[];
            /** @description Servers that were stopped */
            stopped_servers: string[];
            /** @description Servers that ran before */
            already_running: string[];
            /** @description Servers that did not run before */
            already_stopped: string[];
            /** @description Servers that could not be started or stopped, and why */
            failed_servers: components["schemas"]["FailedServer"][];
            /** @description Whether the codemode tools of an agent were rebuilt */
            codemode_rebuilt: boolean;
            /** @description All of it in one sentence */
            message: string;
            /** @description The names of the variables given */
            env_vars_set: string[];
            /** @description Whether the code sandbox was configured by this call */
            sandbox_configured: boolean;
            /** @description The variant of the sandbox after this call; null when it was not configured by it */
            sandbox_variant: string | null;
            /** @description Where code in the sandbox calls MCP tools; null when the sandbox was not configured */
            mcp_proxy_url: string | null;
        };
        AllServersStopped: {
            /** @description Every agent */
            agents_processed: string[];
            /** @description Servers that were started */
            started_servers: string[];
            /** @description Servers that were stopped */
            stopped_servers: string[];
            /** @description Servers that ran before */
            already_running: string[];
            /** @description Servers that did not run before */
            already_stopped: string[];
            /** @description Servers that could not be started or stopped, and why */
            failed_servers: components["schemas"]["FailedServer"][];
            /** @description Whether the codemode tools of an agent were rebuilt */
            codemode_rebuilt: boolean;
            /** @description All of it in one sentence */
            message: string;
        };
        AnswerFile: {
            /** @description Such as `image/png` */
            media_type: string;
            /** @description The file in base64, in place of `url` */
            data?: string;
            /** @description Where the file is, by https or http, in place of `data` */
            url?: string;
        };
        Approval: {
            id: string;
            /**
             * @description cancelled: nobody answered, and the conversation went on or the task that asked was canceled; void: the tool was no longer the one shown, so the approved call did not run
             * @enum {string}
             */
            status: "pending" | "approved" | "denied" | "cancelled" | "void";
            agent_id: string;
            conversation_id: string;
            /** @description The run that ended with the call */
            run_id: string;
            tool_call_id: string;
            /** @description The name of the tool */
            tool: string;
            /** @description What the tool says of itself */
            description: string;
            /** @description The arguments, exactly as the call will have them */
            args: {
                [key: string]: unknown;
            };
            /** @description What was said with the answer */
            reason: string | null;
            /** @description The id of the run that acted on the answer; of an asked agent it begins a moment after that of the one that asked */
            resumed_by: string | null;
            /** @description The approval that an agent waits for which was asked by the call: to answer one is to answer both. null of a call that waits itself */
            stands_for: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
            resolved_at: string | null;
            /** @description The key that answered; null without keys */
            resolved_by: string | null;
        };
        ApprovalAnswer: {
            /** @description Whether the call may run */
            approved: boolean;
            /** @description Told to the model when the call is refused */
            reason?: string;
        };
        ApprovalList: {
            approvals: components["schemas"]["Approval"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        Configuration: {
            models: components["schemas"]["ConfiguredModel"][];
            mcp_servers: components["schemas"]["McpServer"][];
            tools: {
                name: string;
                description: string;
                server: string;
            }[];
            /** @description What an agent without a model uses */
            default_model: string | null;
        };
        ConfigureSandbox: {
            /**
             * @description Absent: `local-eval`. `eval` and `jupyter` are other names of the two
             * @enum {string}
             */
            variant?: "local-eval" | "local-jupyter" | "eval" | "jupyter";
            /**
             * @description Needed for `local-jupyter`. May hold the token as `?token=`
             * @example http://localhost:8888?token=my-token
             */
            jupyter_url?: string | null;
            /** @description Wins over the token in `jupyter_url` */
            jupyter_token?: string | null;
            /** @description Connect first; when that fails, answer 502 and keep the sandbox as it was */
            verify?: boolean;
        };
        ConfiguredModel: {
            id: string;
            name: string;
            provider: string;
            /** @description Every variable it needs is set */
            isAvailable: boolean;
            requiredEnvVars: string[];
        };
        Conversation: {
            id: string;
            agent_id: string;
            /** @description The first words of the first message */
            title: string;
            message_count: number;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            updated_at: string;
            messages: components["schemas"]["ConversationMessage"][];
        };
        ConversationList: {
            conversations: components["schemas"]["ConversationSummary"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        ConversationMessage: {
            id: string;
            /** @enum {string} */
            role: "user" | "assistant" | "tool" | "system";
            /** @description The text; of a tool message, the result as text */
            content: string;
            /** @description Assistant messages: the files it has said; tool messages: what the tool has drawn or made, such as a plot; in their order, absent when there are none */
            files?: components["schemas"]["AnswerFile"][];
            /** @description Assistant messages: the tools called */
            tool_calls?: {
                id: string;
                name: string;
                args: unknown;
            }[];
            /** @description Tool messages: the call this is the result of */
            tool_call_id?: string;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
        };
        ConversationSummary: {
            id: string;
            agent_id: string;
            /** @description The first words of the first message */
            title: string;
            message_count: number;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            updated_at: string;
        };
        CreateAgent: {
            /**
             * @description Absent: made from the name
             * @example my-agent
             */
            id?: string;
            /**
             * @description Absent: the id
             * @example My Custom Agent
             */
            name?: string;
            /** @description What the agent is for */
            description?: string;
            /**
             * @description Absent: the default model of the server
             * @example gpt-4o
             * @example openai:gpt-4o
             */
            model?: string;
            /** @description Instructions the model is given before the conversation */
            system_prompt?: string;
            /** @description The MCP servers whose tools the agent may call */
            selected_mcp_servers?: components["schemas"]["ServerSelection"][];
            /** @description The most model calls of one run; absent: 20 */
            max_steps?: number;
            /** @description Sampling temperature; absent: the default of the model */
            temperature?: number;
            /** @description Whether the agent calls its tools from Python it writes; absent: as the server is started */
            enable_codemode?: boolean;
            /** @description Which tool calls wait for the approval of a person */
            approvals?: {
                /**
                 * @description Names of tools, such as `github__create_issue`; `*` is any text
                 * @example [
                 *       "github__*"
                 *     ]
                 */
                tools: string[];
            };
            /** @description The skills the agent may use, by name; absent: those the server is started with */
            skills?: string[];
            /** @description The ids of the agents it may ask, each by a tool `ask_<id>` */
            agents?: string[];
            /** @description Whether MCP clients at `/api/v1/mcp` are offered the agent as the tool `ask_<id>`; absent: they are */
            offer_as_tool?: boolean;
            /**
             * @description What its answers are JSON of, unless a prompt says otherwise; absent: they are text
             * @example {
             *       "type": "object",
             *       "properties": {
             *         "degrees": {
             *           "type": "number"
             *         }
             *       },
             *       "required": [
             *         "degrees"
             *       ]
             *     }
             */
            output_schema?: {
                [key: string]: unknown;
            };
            /** @description Whether its runs go on without readers, and on another process when theirs is gone; absent: no */
            durable?: boolean;
        };
        CreateMcpServer: {
            /** @example my-server */
            id: string;
            /** @description A name for people; absent: the id */
            name?: string;
            description?: string;
            /**
             * @description The program, found on the PATH, or an absolute path
             * @example npx
             */
            command?: string;
            args?: string[];
            /** @description Variables of the server. `${VAR}` is looked up when it starts; other values are never shown, and kept over restarts only by a server with a secret key file, which stores them sealed */
            env?: {
                [key: string]: string;
            };
            cwd?: string;
            /**
             * @description Where a remote server listens
             * @example https://example.com/mcp
             */
            url?: string;
            /** @description Headers of each request to it. `${VAR}` is looked up when it starts; other values are never shown, and kept over restarts only by a server with a secret key file, which stores them sealed */
            headers?: {
                [key: string]: string;
            };
            /**
             * @description Absent: stdio with a command; with a url http, falling back to SSE
             * @enum {string}
             */
            transport?: "stdio" | "http" | "sse";
            /** @description Seconds a call may be silent; absent: 60. Progress starts it anew */
            timeout?: number;
            /** @description Whether it is started now and at each start of this server; absent: true */
            enabled?: boolean;
        };
        EnableMcpServer: {
            /** @description Variables for this server alone */
            env_vars?: components["schemas"]["EnvVar"][];
        };
        EnvVar: {
            /**
             * @description Environment variable name
             * @example TAVILY_API_KEY
             */
            name: string;
            /**
             * @description Environment variable value
             * @example tvly-xxx
             */
            value: string;
        };
        /** @description The body of every error */
        ErrorResponse: {
            /**
             * @description What went wrong, in one sentence
             * @example Agent not found: my-agent
             */
            detail: string;
            /**
             * @description The HTTP status, repeated
             * @example 404
             */
            status_code: number;
            /**
             * @description A stable name for the error
             * @example agent-not-found
             * @enum {string}
             */
            code: "malformed-json" | "malformed-url" | "malformed-request" | "jupyter-url-required" | "mcp-session-required" | "jupyter-url-not-allowed" | "unauthorized" | "host-not-allowed" | "origin-not-allowed" | "not-found" | "agent-not-found" | "example-not-found" | "spawn-forbidden" | "skill-not-found" | "skill-file-not-found" | "mcp-server-not-found" | "mcp-server-not-enabled" | "mcp-server-not-running" | "mcp-session-not-found" | "ui-resource-not-found" | "mcp-tool-not-found" | "conversation-not-found" | "message-not-found" | "method-not-allowed" | "request-timeout" | "agent-exists" | "mcp-server-exists" | "run-exists" | "run-not-found" | "approval-not-found" | "approval-pending" | "approval-resolved" | "run-interrupted" | "run-cancelled" | "events-gone" | "page-ticket-gone" | "conversation-busy" | "bodies-full" | "file-too-large" | "body-too-large" | "not-json" | "file-not-fetched" | "file-not-taken" | "validation-failed" | "upgrade-required" | "rate-limited" | "headers-too-large" | "internal" | "mcp-start-failed" | "mcp-variables-missing" | "mcp-server-failed" | "mcp-server-timeout" | "sandbox-busy" | "sandbox-restart-failed" | "sandbox-unavailable" | "model-not-configured" | "model-failed" | "output-invalid" | "model-timeout" | "mcp-sessions-full" | "not-ready" | "store-failed" | "store-full" | "draining";
            /** @description On 422: each field that is wrong, and why */
            errors?: {
                path: string;
                message: string;
            }[];
        };
        Example: {
            id: string;
            name: string;
            description: string;
            /** @description Where to POST a run; the trailing slash is part of it */
            endpoint: string;
            /** @description What of AG-UI the example shows */
            features: string[];
        };
        ExampleList: {
            examples: components["schemas"]["Example"][];
            count: number;
            /** @constant */
            protocol: "ag-ui";
        };
        Execute: {
            /**
             * @description Python. The value of a last expression is the result
             * @example 6 * 7
             */
            code: string;
            /** @description Seconds that the code may take, and that its sandbox may take to start: when that takes longer, the code has not run, and the start goes on. Absent: 30 for the code, and for the start what it takes */
            timeout?: number;
        };
        ExecutionEvent: {
            /** @constant */
            type: "stdout";
            text: string;
        } | {
            /** @constant */
            type: "stderr";
            text: string;
        } | {
            /** @constant */
            type: "display";
            data: components["schemas"]["MimeBundle"];
        } | {
            /** @constant */
            type: "done";
            execution: components["schemas"]["ExecutionResult"];
        } | {
            /** @constant */
            type: "error";
            detail: string;
            code: string;
        };
        ExecutionResult: {
            execution_id: string;
            /**
             * @description `error`: an exception; `exit`: the code asked to end; `timeout` and `cancelled`: it was interrupted; `killed`: the interpreter died or was ended for what it used
             * @enum {string}
             */
            status: "ok" | "error" | "exit" | "timeout" | "cancelled" | "killed";
            stdout: string;
            stderr: string;
            /** @description The value of the last expression; null when it has none */
            result: components["schemas"]["MimeBundle"] | null;
            /** @description What the code displayed, in order */
            displays: components["schemas"]["MimeBundle"][];
            error: components["schemas"]["PythonError"] | null;
            exit_code: number | null;
            /** @description From the start of the code to its end, without waiting in the queue */
            duration_ms: number;
            /** @description Time in the queue, and to start an interpreter when there was none */
            queued_ms: number;
            /** @description Whether variables of earlier executions are not there; `notices` says why */
            variables_lost: boolean;
            /** @description Whether output over a limit was dropped */
            truncated: boolean;
            /** @description How many tools the code called */
            tool_calls: number;
            /** @description What a reader of the result must know */
            notices: string[];
            /**
             * @description `local-eval`: Python inside this server, isolated; `local-jupyter`: a kernel of a Jupyter server
             * @enum {string}
             */
            variant: "local-eval" | "local-jupyter";
        };
        FailedServer: {
            server_id: string;
            error: string;
        };
        Health: {
            /** @constant */
            status: "healthy";
            /** @description The version of this server */
            version: string;
        };
        HealthSummary: {
            version: string;
            /** @description The versions of what the server runs on */
            runtime: {
                node: string;
                sqlite: string;
            };
            uptime_seconds: number;
            /** @description Memory of its process */
            rss_bytes: number;
            /** @description How late its event loop did what was due */
            event_loop_delay_ms: number;
            /** @description Runs that go on, of all keys */
            active_runs: number;
            /** @description Answers that stream events, to all keys */
            active_streams: number;
            /** @description What the runs that began in the last 24 hours came to, of those that the key may see */
            last_day: {
                /** @description How many have ended so */
                runs: {
                    finished: number;
                    failed: number;
                    cancelled: number;
                    interrupted: number;
                };
                usage: components["schemas"]["TokenUsage"];
                /** @description In US dollars, by the price table of the server; null when the price of no model that was asked is known */
                cost: number | null;
            };
            /** @description What was seen when this was read, once in 5 seconds at most: the last 60, oldest first */
            samples: {
                /**
                 * Format: date-time
                 * @example 2026-11-23T10:00:00.000Z
                 */
                at: string;
                /** @description Memory of its process */
                rss_bytes: number;
                /** @description How late its event loop did what was due */
                event_loop_delay_ms: number;
                /** @description Runs that go on, of all keys */
                active_runs: number;
                /** @description Answers that stream events, to all keys */
                active_streams: number;
            }[];
        };
        ImportMcpServers: {
            /** @description The whole file: JSON, in which comments and trailing commas may stand */
            text: string;
            /** @description true: nothing is added, the answer says what would become of each entry; absent: false */
            dry_run?: boolean;
        };
        ImportedMcpServer: {
            /** @description Its name in the file, with `-` for what no id may hold */
            id: string;
            /**
             * @description exists: there is a custom server of this id, or one of the config file, which was left as it is; refused: `detail` says why
             * @enum {string}
             */
            status: "created" | "exists" | "refused";
            /** @description What is to be known of it, in sentences; null: nothing */
            detail: string | null;
            /** @description The variables that are not set and without which it does not start */
            needs: string[];
        };
        InterruptSandbox: {
            /** @description Absent: every agent */
            agent_id?: string;
        };
        LiveEvent: {
            /** @constant */
            type: "ready";
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "missed";
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "run";
            id: string;
            /**
             * @description running: it has begun
             * @enum {string}
             */
            status: "running" | "finished" | "cancelled" | "failed" | "interrupted";
            agent_id: string;
            conversation_id: string;
            /** @description The run whose agent has asked for it; null without one */
            parent_run_id: string | null;
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "approval";
            id: string;
            /**
             * @description pending: it was opened
             * @enum {string}
             */
            status: "pending" | "approved" | "denied" | "cancelled" | "void";
            agent_id: string;
            conversation_id: string;
            /** @description The run that ended with the call */
            run_id: string;
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "agent";
            id: string;
            /** @enum {string} */
            status: "created" | "changed" | "deleted";
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "conversation";
            id: string;
            /**
             * @description deleted: with its runs and approvals
             * @enum {string}
             */
            status: "created" | "changed" | "deleted";
            agent_id: string;
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "mcp_server";
            id: string;
            /**
             * @description Where it stands. The same again: something else of it has changed, such as its tools
             * @enum {string}
             */
            status: "stopped" | "starting" | "running" | "failed" | "restarting" | "removed";
            /**
             * @description Where it was defined
             * @enum {string}
             */
            origin: "config" | "custom" | "catalog";
            /** @description Which process it is of, where several are one service: each runs MCP servers and interpreters of its own; absent: there is only one */
            replica?: string;
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "sandbox";
            /** @description Whose interpreter it is: for each key an agent has one */
            agent_id: string;
            /**
             * @description busy: code runs in it
             * @enum {string}
             */
            status: "starting" | "ready" | "busy" | "ended";
            /** @description Which process it is of, where several are one service: each runs MCP servers and interpreters of its own; absent: there is only one */
            replica?: string;
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "error";
            code: string;
            detail: string;
        };
        McpServer: {
            id: string;
            name: string;
            description: string;
            /** @description false: it is not started unless somebody names it */
            enabled: boolean;
            /** @description Its tools; known while it runs */
            tools: components["schemas"]["McpServerTool"][];
            command?: string;
            /** @description `${VAR}` is shown as it is, literal secrets as *** */
            args?: string[];
            url?: string;
            /** @description The variables without which it does not start */
            requiredEnvVars: string[];
            /** @description The names of the variables and headers it is given */
            envVars: string[];
            /** @description It runs, or all variables it needs are set */
            isAvailable: boolean;
            isRunning: boolean;
            /** @description It is from the config file */
            isConfig: boolean;
            /**
             * @description Where it was defined
             * @enum {string}
             */
            origin: "config" | "custom" | "catalog";
            /** @enum {string} */
            transport: "stdio" | "http" | "sse";
            /**
             * @description Where several processes are one service: of the process that answers.
             * @enum {string}
             */
            status: "stopped" | "starting" | "running" | "failed" | "restarting";
            /** @description Why it does not run, or what a start waits for that takes long, with the last it said */
            error: string | null;
            /** @description The tools that are left out: none can be made of what the server says, or a model cannot be told of it */
            problems: components["schemas"]["McpToolProblem"][];
        };
        McpServerLog: {
            id: string;
            /**
             * @description Where several processes are one service: of the process that answers.
             * @enum {string}
             */
            status: "stopped" | "starting" | "running" | "failed" | "restarting";
            /** @description Why it does not run, or what a start waits for that takes long, with the last it said */
            error: string | null;
            lines: string[];
        };
        McpServerLogEvent: {
            /** @constant */
            type: "ready";
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "missed";
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "line";
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
            /** @description A line of its standard error, without colours, secrets masked */
            line: string;
        } | {
            /** @constant */
            type: "removed";
            /** @description Its number, the same as its SSE id: give it as `after` to go on behind it */
            number: number;
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
        } | {
            /** @constant */
            type: "error";
            code: string;
            detail: string;
        };
        McpServerTool: {
            name: string;
            description: string;
            enabled: boolean;
            /** @description JSON Schema of the arguments */
            inputSchema: {
                [key: string]: unknown;
            };
            annotations?: components["schemas"]["McpToolAnnotations"];
        };
        McpServers: components["schemas"]["McpServer"][];
        McpServersImport: {
            /** @description Each entry of the file, those of which nothing can be read last */
            servers: components["schemas"]["ImportedMcpServer"][];
            /** @description What is odd about the file beside its entries */
            notes: string[];
        };
        /** @description What the server says of a tool; nobody has checked it */
        McpToolAnnotations: {
            /** @description A name for people */
            title?: string;
            /** @description It changes nothing */
            readOnlyHint?: boolean;
            /** @description It may destroy what is there */
            destructiveHint?: boolean;
            /** @description The same call again changes nothing more */
            idempotentHint?: boolean;
            /** @description It reaches what is outside the server */
            openWorldHint?: boolean;
        };
        McpToolProblem: {
            /** @description Its name; null: the list as a whole */
            tool: string | null;
            /** @description Why, in one sentence */
            detail: string;
        };
        McpToolset: {
            /** @constant */
            type: "MCPServerStdio";
            id: string;
            command: string;
            /** @description `${VAR}` is shown as it is, literal secrets as *** */
            args: string[];
        } | {
            /** @constant */
            type: "MCPServerStreamableHTTP";
            id: string;
            url: string;
        };
        McpToolsetsInfo: components["schemas"]["McpToolset"][];
        McpToolsetsStatus: {
            /** @description Each server of the config file has come up or failed */
            initialized: boolean;
            ready_count: number;
            failed_count: number;
            ready_servers: string[];
            /** @description Why, by server; an entry of the config file that cannot be read is here too, with its line */
            failed_servers: {
                [key: string]: string;
            };
        };
        McpUiAgent: {
            agent_id: string;
            name: string;
            endpoint: string;
            ui_tools: components["schemas"]["McpUiTool"][];
        };
        McpUiAnswer: {
            /** @description The result of the MCP request */
            result: {
                [key: string]: unknown;
            };
        };
        McpUiCall: {
            /** @description The resource whose page makes the call */
            uri: string;
            /**
             * @description What a page may ask of its server; nothing else is passed on
             * @enum {string}
             */
            method: "tools/call" | "tools/list" | "resources/read" | "ping";
            params?: {
                [key: string]: unknown;
            };
        };
        McpUiEvent: {
            /** @constant */
            type: "text";
            content: string;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "tool_call";
            /** @description The id of the call */
            id: string;
            name: string;
            args: unknown;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "tool_result";
            /** @description The id of the call */
            id: string;
            name: string;
            result: unknown;
            is_error: boolean;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "ui";
            /** @description The id of the call */
            id: string;
            server: string;
            tool: string;
            /** @description To be told to the page as ui/notifications/tool-input */
            input: unknown;
            /** @description To be told to the page as ui/notifications/tool-result */
            result: {
                [key: string]: unknown;
            };
            resource: components["schemas"]["McpUiResource"];
            /** @description Where the same page is served under its own policy */
            resource_endpoint: string;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "ui_failed";
            /** @description The id of the call */
            id: string;
            server: string;
            tool: string;
            detail: string;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "status";
            /** @description What the run does meanwhile, such as `waiting for MCP server toolbox` */
            text: string;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "withdrawn";
            /** @description The end of the text so far, which is to be taken away */
            content: string;
            /** @description The ids of calls that do not count */
            tool_calls: string[];
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "done";
            conversation_id: string;
            /** @description Tool calls that wait for an answer at `/approvals/{approval_id}`; the agent goes on then */
            approvals?: {
                id: string;
                tool_call_id: string;
                tool: string;
                args: unknown;
            }[];
            /** @description The MCP servers that did not come and it went without; absent when there are none */
            missing_servers?: string[];
            /** @description The answer as JSON that fits `output_schema`; there exactly when that was asked for and the run waits for nothing */
            output?: unknown;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "error";
            code: string;
            detail: string;
            conversation_id: string;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        };
        McpUiInfo: {
            /** @constant */
            protocol: "mcp-ui";
            /** @description The version of MCP Apps that is spoken */
            version: string;
            /** @description The extension of MCP that servers offer interfaces by */
            extension: string;
            mime_types: string[];
            agents: components["schemas"]["McpUiAgent"][];
            agents_endpoint: string;
            count: number;
        };
        McpUiResource: {
            uri: string;
            mimeType: string;
            /** @description The page */
            text: string;
            _meta?: {
                [key: string]: unknown;
            };
        };
        McpUiRun: {
            /**
             * @description What the user says
             * @example Show my budget
             */
            message: string;
            /** @description Absent: a new conversation */
            conversation_id?: string;
            /** @description The id of the run, chosen by the caller so that a broken stream can be continued; absent: one is made */
            run_id?: string;
            /** @description Whether the run goes on when the connection closes; its events can be read again at `/runs/{run_id}/events` */
            background?: boolean;
        };
        McpUiTicket: {
            /** @description The page */
            uri: string;
            /** @description The MCP server that has it */
            server: string;
        };
        McpUiTicketUrl: {
            /** @description A path of this server */
            url: string;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            expires_at: string;
        };
        McpUiTool: {
            /** @description The MCP server that has the tool */
            server: string;
            tool: string;
            /** @description What shows its results */
            resource_uri: string;
        };
        MessagePart: {
            /** @constant */
            type: "text";
            text: string;
        } | {
            /** @constant */
            type: "image";
            /** @description The file in base64, in place of `url`; the whole body has at most 1 MiB */
            data?: string;
            /** @description Where the file is, by https or http, in place of `data`. A provider that fetches files itself is given the address; for any other the server fetches it: at most 10 MiB a file and 20 MiB in all, and nothing from inside its own network */
            url?: string;
            /**
             * @description Such as `image/png`; absent: what its bytes, its server or its name tell
             * @example image/png
             */
            media_type?: string;
            filename?: string;
        } | {
            /** @constant */
            type: "file";
            /** @description The file in base64, in place of `url`; the whole body has at most 1 MiB */
            data?: string;
            /** @description Where the file is, by https or http, in place of `data`. A provider that fetches files itself is given the address; for any other the server fetches it: at most 10 MiB a file and 20 MiB in all, and nothing from inside its own network */
            url?: string;
            /**
             * @description Such as `image/png`; absent: what its bytes, its server or its name tell
             * @example image/png
             */
            media_type?: string;
            filename?: string;
        };
        /**
         * @description One value by mime type: text as it is, JSON as JSON, binary data as base64
         * @example {
         *       "text/plain": "42"
         *     }
         */
        MimeBundle: {
            [key: string]: unknown;
        };
        OfferedModel: {
            /** @description What an agent names it by */
            id: string;
            /** @description Its name at its provider */
            label: string;
            provider: string;
            /** @description Whether the variable it needs is set. Its provider is not asked */
            is_ready: boolean;
            /** @description The variable it needs, set or not; null where it needs none */
            needs: string | null;
            /** @description By the price table of the server, for a short prompt; null where it is not known */
            price: {
                /** @description US dollars per million tokens */
                input: number;
                /** @description US dollars per million tokens */
                cached_input: number;
                /** @description US dollars per million tokens */
                output: number;
            } | null;
        };
        OfferedModels: {
            models: components["schemas"]["OfferedModel"][];
            /** @description What an agent without a model uses; null until this machine was first looked at */
            default_model: string | null;
        };
        OpenAiChat: {
            /**
             * @description The id of an agent
             * @example my-agent
             */
            model: string;
            /**
             * @description The conversation: `system` and `developer`, `user` with texts, images, audio and files, `assistant`, `tool`. With the header X-Conversation-Id only what stands behind the last answer is taken
             * @example [
             *       {
             *         "role": "user",
             *         "content": "Hello, how are you?"
             *       }
             *     ]
             */
            messages: {
                [key: string]: unknown;
            }[];
            /** @description Whether the answer comes in pieces */
            stream?: boolean | null;
            /** @description `include_usage`: the last piece says what was used */
            stream_options?: ({
                include_usage?: boolean | null;
            } & {
                [key: string]: unknown;
            }) | null;
            /** @description Functions that the client runs itself; the tools of the agent are its own and are not named here */
            tools?: {
                [key: string]: unknown;
            }[] | null;
            /** @description `required`, or one of `tools` by its name: it is called before anything else is answered; `allowed_tools` leaves out the others, and `none` all. They are said of `tools` and never of those of the agent, which it may call on the way; without `tools`, `required` has the agent call one of its own first. A choice of any other kind leaves it to the model */
            tool_choice?: unknown;
            /** @description `false`: the model calls one tool at a time, where it is one of OpenAI or Anthropic */
            parallel_tool_calls?: boolean | null;
            /** @description `json_schema`, `json_object` or `text` */
            response_format?: {
                [key: string]: unknown;
            } | null;
            n?: number | null;
            /** @description `show_tools`: what the agent calls, and what that gives, is told as reasoning */
            agent_runtimes?: ({
                show_tools?: boolean | null;
            } & {
                [key: string]: unknown;
            }) | null;
        };
        OpenAiChatChunk: {
            id: string;
            /** @constant */
            object: "chat.completion.chunk";
            created: number;
            model: string;
            choices: {
                /** @constant */
                index: 0;
                delta: {
                    /** @constant */
                    role?: "assistant";
                    content?: string;
                    /** @description What the model thinks; with `show_tools` what the agent calls, too */
                    reasoning_content?: string;
                    /** @description The images of the answer, as OpenRouter has them (https://openrouter.ai/docs/features/multimodal/image-generation); a file of another kind is told in `content` */
                    images?: {
                        /** @constant */
                        type: "image_url";
                        index: number;
                        image_url: {
                            /** @description A data: URL, or an address by https or http */
                            url: string;
                        };
                    }[];
                    tool_calls?: {
                        id: string;
                        /** @constant */
                        type: "function";
                        function: {
                            name: string;
                            /** @description JSON */
                            arguments: string;
                        };
                        index: number;
                    }[];
                };
                logprobs: null;
                finish_reason: ("stop" | "length" | "tool_calls" | "content_filter") | null;
            }[];
            usage?: components["schemas"]["OpenAiUsage"] | null;
            agent_runtimes?: {
                /** @description The calls that wait for a person, who answers at `/approvals/{approval_id}` */
                approvals: {
                    id: string;
                    tool: string;
                    args: unknown;
                }[];
            };
        };
        OpenAiChatCompletion: {
            /** @description The id of the run: `POST /runs/{run_id}/cancel` stops it */
            id: string;
            /** @constant */
            object: "chat.completion";
            /** @description Seconds since 1970 */
            created: number;
            model: string;
            choices: {
                /** @constant */
                index: 0;
                message: {
                    /** @constant */
                    role: "assistant";
                    content: string | null;
                    refusal: null;
                    /** @description What the model thinks; with `show_tools` what the agent calls, too */
                    reasoning_content?: string;
                    /** @description The images of the answer, as OpenRouter has them (https://openrouter.ai/docs/features/multimodal/image-generation); a file of another kind is told in `content` */
                    images?: {
                        /** @constant */
                        type: "image_url";
                        index: number;
                        image_url: {
                            /** @description A data: URL, or an address by https or http */
                            url: string;
                        };
                    }[];
                    tool_calls?: {
                        id: string;
                        /** @constant */
                        type: "function";
                        function: {
                            name: string;
                            /** @description JSON */
                            arguments: string;
                        };
                    }[];
                };
                logprobs: null;
                /** @enum {string} */
                finish_reason: "stop" | "length" | "tool_calls" | "content_filter";
            }[];
            usage: components["schemas"]["OpenAiUsage"];
            agent_runtimes?: {
                /** @description The calls that wait for a person, who answers at `/approvals/{approval_id}` */
                approvals: {
                    id: string;
                    tool: string;
                    args: unknown;
                }[];
            };
        };
        /** @description An error, as OpenAI's API has them */
        OpenAiError: {
            error: {
                /** @description What went wrong, in one sentence */
                message: string;
                /** @description The kind of error, such as `invalid_request_error` */
                type: string;
                /** @description The field that is wrong, where it is one */
                param: string | null;
                /** @description The stable name of the error: one of those of this server */
                code: string;
            };
        };
        OpenAiItem: {
            /** @constant */
            type: "message";
            id: string;
            /** @enum {string} */
            status: "in_progress" | "completed" | "incomplete";
            /** @constant */
            role: "assistant";
            content: components["schemas"]["OpenAiTextPart"][];
        } | {
            /** @constant */
            type: "reasoning";
            id: string;
            /** @enum {string} */
            status: "in_progress" | "completed" | "incomplete";
            summary: components["schemas"]["OpenAiSummaryPart"][];
        } | {
            /** @constant */
            type: "image_generation_call";
            id: string;
            /** @enum {string} */
            status: "in_progress" | "completed" | "failed";
            /** @description The image in base64; null until it is there, and of one that does not count */
            result: string | null;
        } | {
            /** @constant */
            type: "function_call";
            id: string;
            /** @enum {string} */
            status: "in_progress" | "completed" | "incomplete";
            call_id: string;
            name: string;
            arguments: string;
        } | {
            /** @constant */
            type: "mcp_call";
            id: string;
            /** @enum {string} */
            status: "in_progress" | "completed" | "incomplete" | "failed";
            /** @description The MCP server of the tool, or `agent-runtimes` */
            server_label: string;
            name: string;
            arguments: string;
            output: string | null;
            error: {
                /** @constant */
                type: "mcp_tool_execution_error";
                content: {
                    /** @constant */
                    type: "text";
                    text: string;
                }[];
            } | null;
            approval_request_id: string | null;
        } | {
            /** @constant */
            type: "mcp_approval_request";
            /** @description The id that `/approvals/{approval_id}` takes too */
            id: string;
            server_label: string;
            name: string;
            arguments: string;
        };
        OpenAiModel: {
            /** @description The id of an agent */
            id: string;
            /** @constant */
            object: "model";
            /** @description Seconds since 1970 */
            created: number;
            owned_by: string;
            name: string;
        };
        OpenAiModelList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["OpenAiModel"][];
        };
        OpenAiResponse: {
            background: boolean;
            instructions: string | null;
            max_output_tokens: number | null;
            max_tool_calls: number | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            parallel_tool_calls: boolean;
            previous_response_id: string | null;
            prompt_cache_key: string | null;
            reasoning: {
                [key: string]: unknown;
            };
            safety_identifier: string | null;
            service_tier: string | null;
            store: boolean;
            temperature: number | null;
            text: {
                [key: string]: unknown;
            };
            tool_choice: string | {
                [key: string]: unknown;
            };
            tools: {
                [key: string]: unknown;
            }[];
            top_logprobs: number | null;
            top_p: number | null;
            truncation: string;
            user: string | null;
            /** @description The id of the run */
            id: string;
            /** @constant */
            object: "response";
            /** @description Seconds since 1970 */
            created_at: number;
            completed_at: number | null;
            /** @enum {string} */
            status: "queued" | "in_progress" | "completed" | "incomplete" | "failed" | "cancelled";
            /** @description The id of the agent */
            model: string;
            conversation: {
                id: string;
            } | null;
            output: components["schemas"]["OpenAiItem"][];
            error: {
                /** @constant */
                code: "server_error";
                message: string;
                /** @description The stable name of the error: one of those of this server */
                type: string;
            } | null;
            /** @description `max_messages`: the agent has taken all the steps that it may */
            incomplete_details: {
                /** @enum {string} */
                reason: "max_output_tokens" | "max_messages" | "content_filter";
            } | null;
            usage: {
                input_tokens: number;
                input_tokens_details: {
                    cached_tokens: number;
                    cache_write_tokens: number;
                };
                output_tokens: number;
                output_tokens_details: {
                    reasoning_tokens: number;
                };
                total_tokens: number;
            } | null;
            access_programs: null;
        };
        OpenAiResponseEvent: {
            /** @constant */
            type: "response.output_text.delta";
            item_id: string;
            output_index: number;
            sequence_number: number;
            content_index: number;
            delta: string;
            logprobs: unknown[];
        } | {
            /** @constant */
            type: "response.reasoning_summary_text.delta";
            item_id: string;
            output_index: number;
            sequence_number: number;
            summary_index: number;
            delta: string;
        } | {
            /** @enum {string} */
            type: "response.created" | "response.queued" | "response.in_progress" | "response.completed" | "response.incomplete" | "response.failed";
            response: components["schemas"]["OpenAiResponse"];
            sequence_number: number;
        } | {
            /** @enum {string} */
            type: "response.output_item.added" | "response.output_item.done";
            output_index: number;
            item: components["schemas"]["OpenAiItem"];
            sequence_number: number;
        } | {
            /** @enum {string} */
            type: "response.content_part.added" | "response.content_part.done";
            item_id: string;
            output_index: number;
            sequence_number: number;
            content_index: number;
            part: components["schemas"]["OpenAiTextPart"];
        } | {
            /** @constant */
            type: "response.output_text.done";
            item_id: string;
            output_index: number;
            sequence_number: number;
            content_index: number;
            text: string;
            logprobs: unknown[];
        } | {
            /** @enum {string} */
            type: "response.reasoning_summary_part.added" | "response.reasoning_summary_part.done";
            item_id: string;
            output_index: number;
            sequence_number: number;
            summary_index: number;
            part: components["schemas"]["OpenAiSummaryPart"];
        } | {
            /** @constant */
            type: "response.reasoning_summary_text.done";
            item_id: string;
            output_index: number;
            sequence_number: number;
            summary_index: number;
            text: string;
        } | {
            /** @enum {string} */
            type: "response.function_call_arguments.delta" | "response.mcp_call_arguments.delta";
            item_id: string;
            output_index: number;
            sequence_number: number;
            delta: string;
        } | {
            /** @enum {string} */
            type: "response.function_call_arguments.done" | "response.mcp_call_arguments.done";
            item_id: string;
            output_index: number;
            sequence_number: number;
            arguments: string;
        } | {
            /** @enum {string} */
            type: "response.image_generation_call.in_progress" | "response.image_generation_call.generating" | "response.image_generation_call.completed";
            item_id: string;
            output_index: number;
            sequence_number: number;
        } | {
            /** @enum {string} */
            type: "response.mcp_call.in_progress" | "response.mcp_call.completed" | "response.mcp_call.failed";
            item_id: string;
            output_index: number;
            sequence_number: number;
        } | {
            /** @constant */
            type: "error";
            code: string;
            message: string;
            param: null;
            /** @description That of the event that came last: go on behind it */
            sequence_number: number;
        };
        OpenAiResponseRequest: {
            /**
             * @description The id of an agent
             * @example my-agent
             */
            model: string;
            /**
             * @description What is said: a text, or items: messages with texts, images and files, `function_call`, `function_call_output`, `mcp_approval_response`, and the items of responses as they came
             * @example Hello, how are you?
             */
            input: string | {
                [key: string]: unknown;
            }[];
            /** @description Added to the agent's own, for this response */
            instructions?: string | null;
            /** @description Goes on from there: in its conversation, or in a new one with what was said until then, where others have gone on already. What became of its calls elsewhere, such as one that a person approved, is a part of it */
            previous_response_id?: string | null;
            /** @description The id of a conversation, which is made when there is none */
            conversation?: (string | ({
                id: string;
            } & {
                [key: string]: unknown;
            })) | null;
            /** @description `false`: nothing of it can be read again, and no conversation has it */
            store?: boolean | null;
            /** @description Whether it goes on when the connection closes, and is answered at once where it is not streamed */
            background?: boolean | null;
            /** @description Whether it is told as events */
            stream?: boolean | null;
            /** @description Functions that the client runs itself; the tools of the agent are its own and are not named here */
            tools?: {
                [key: string]: unknown;
            }[] | null;
            /** @description `required`, or one of `tools` by its name: it is called before anything else is answered; `allowed_tools` leaves out the others, and `none` all. They are said of `tools` and never of those of the agent, which it may call on the way; without `tools`, `required` has the agent call one of its own first. A choice of any other kind leaves it to the model */
            tool_choice?: (string | {
                [key: string]: unknown;
            }) | null;
            /** @description `format`: `json_schema`, `json_object` or `text` */
            text?: {
                [key: string]: unknown;
            } | null;
            max_output_tokens?: number | null;
            max_tool_calls?: number | null;
            metadata?: {
                [key: string]: unknown;
            } | null;
            /** @description `false`: the model calls one tool at a time, where it is one of OpenAI or Anthropic */
            parallel_tool_calls?: boolean | null;
            prompt_cache_key?: string | null;
            reasoning?: {
                [key: string]: unknown;
            } | null;
            safety_identifier?: string | null;
            service_tier?: string | null;
            temperature?: number | null;
            top_logprobs?: number | null;
            top_p?: number | null;
            truncation?: string | null;
            user?: string | null;
        };
        OpenAiSummaryPart: {
            /** @constant */
            type: "summary_text";
            text: string;
        };
        OpenAiTextPart: {
            /** @constant */
            type: "output_text";
            text: string;
            annotations: unknown[];
            logprobs: unknown[];
        };
        /** @description What all steps of the run have used */
        OpenAiUsage: {
            prompt_tokens: number;
            completion_tokens: number;
            total_tokens: number;
            prompt_tokens_details: {
                cached_tokens: number;
            };
            completion_tokens_details: {
                reasoning_tokens: number;
            };
        };
        Prompt: {
            /**
             * @description What the user says: a text, or texts, images and files in their order
             * @example What is the weather in Paris?
             */
            message: string | components["schemas"]["MessagePart"][];
            /** @description The conversation to continue, or the id of a new one; callers with another API key may use the same id for another. Absent: a new conversation is made */
            conversation_id?: string;
            /**
             * @description While another run is active on the conversation: answer 409 (reject, the default), wait for it (queue), or cancel it and the approvals it left open (interrupt)
             * @enum {string}
             */
            when_busy?: "reject" | "queue" | "interrupt";
            /** @description The id of the run, chosen by the caller so that a broken stream can be continued; absent: one is made */
            run_id?: string;
            /** @description Whether the run goes on when the connection closes; its events can be read again at `/runs/{run_id}/events` */
            background?: boolean;
            /** @description What the answer is to be JSON of; it comes as `output`, checked. An answer that does not fit is asked for once more, and then the run fails with `output-invalid`. null: text; absent: as the agent says */
            output_schema?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description Events to tell beside the usual ones. `reasoning`: what the model thinks, where its provider shows that; `status`: what the run waits for, in words for people; `files`: the images and other files that the model says. Events are numbered with these among them: continue a stream with the `include` it began with
             * @example [
             *       "reasoning",
             *       "status",
             *       "files"
             *     ]
             */
            include?: ("reasoning" | "status" | "files")[];
        };
        PromptEvent: {
            /** @constant */
            type: "text";
            content: string;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "reasoning";
            content: string;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "status";
            /** @description What the run does or waits for, in words for people */
            content: string;
            /** @description The MCP servers that did not come and it went without; absent when there are none */
            missing_servers?: string[];
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @description Such as `image/png` */
            media_type: string;
            /** @description The file in base64, in place of `url` */
            data?: string;
            /** @description Where the file is, by https or http, in place of `data` */
            url?: string;
            /** @constant */
            type: "file";
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "tool_call";
            id: string;
            name: string;
            /** @description The arguments as the model gave them */
            args: unknown;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "tool_result";
            id: string;
            name: string;
            /** @description What the tool returned, or the text of its error */
            result: unknown;
            is_error: boolean;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "withdrawn";
            /** @description The end of the text so far, which is to be taken away */
            content: string;
            /** @description The same of what the model thinks, where it was told */
            reasoning?: string;
            /** @description How many of the last files are to be taken away; absent where none is */
            files?: number;
            /** @description The ids of calls that do not count */
            tool_calls: string[];
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "done";
            conversation_id: string;
            usage: components["schemas"]["Usage"];
            /**
             * @description What ended an answer that would have gone on; absent when the model was done
             * @enum {string}
             */
            stopped_by?: "max-steps" | "length" | "content-filter";
            /** @description Tool calls that wait for an answer at `/approvals/{approval_id}`; the agent goes on then */
            approvals?: {
                id: string;
                tool_call_id: string;
                tool: string;
                args: unknown;
            }[];
            /** @description The MCP servers that did not come and it went without; absent when there are none */
            missing_servers?: string[];
            /** @description The answer as JSON that fits `output_schema`; there exactly when that was asked for and the run waits for nothing */
            output?: unknown;
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        } | {
            /** @constant */
            type: "error";
            detail: string;
            code: string;
            conversation_id: string;
            usage: components["schemas"]["Usage"];
            /** @description When it happened, in milliseconds since 1970; absent where that was not noted */
            timestamp?: number;
        };
        PromptResult: {
            /** @description The whole text of the answer */
            response: string;
            /** @description All that the model thought; only where `include` asks for it */
            reasoning?: string;
            /** @description The files that the model has said, in their order; absent when there are none */
            files?: components["schemas"]["AnswerFile"][];
            tool_calls: {
                id: string;
                name: string;
                /** @description The arguments as the model gave them */
                args: unknown;
                /** @description What the tool returned, or the text of its error */
                result: unknown;
                is_error: boolean;
            }[];
            usage: components["schemas"]["Usage"];
            conversation_id: string;
            /**
             * @description What ended an answer that would have gone on; absent when the model was done
             * @enum {string}
             */
            stopped_by?: "max-steps" | "length" | "content-filter";
            /** @description Tool calls that wait for an answer at `/approvals/{approval_id}`; the agent goes on then */
            approvals?: {
                id: string;
                tool_call_id: string;
                tool: string;
                args: unknown;
            }[];
            /** @description The MCP servers that did not come and it went without; absent when there are none */
            missing_servers?: string[];
            /** @description The answer as JSON that fits `output_schema`; there exactly when that was asked for and the run waits for nothing */
            output?: unknown;
        };
        ProxyCall: {
            /** @description Arguments of the tool */
            arguments?: {
                [key: string]: unknown;
            };
            /**
             * @description Which of several servers of this id; absent: the first that runs
             * @enum {string}
             */
            origin?: "config" | "custom" | "catalog";
        };
        ProxyHealth: {
            /** @constant */
            status: "ok";
        };
        ProxyResult: {
            success: boolean;
            /** @description What the tool answered; null when it failed */
            result: unknown;
            /** @description What the tool said when it failed */
            error: string | null;
            /** @description The opposite of success */
            is_error: boolean;
            /**
             * @description To code in a sandbox: why the call failed
             * @enum {string}
             */
            kind?: "tool" | "not_found" | "invalid_input" | "denied" | "limit" | "transport";
            /** @description The blocks that the tool answered, as MCP has them, where one of them is more than text */
            content?: unknown[];
        };
        ProxyServers: {
            servers: {
                id: string;
                name: string;
                is_config: boolean;
                is_running: boolean;
                tools: {
                    name: string;
                    description: string;
                }[];
            }[];
            total: number;
        };
        /** @description A Python exception */
        PythonError: {
            name: string;
            message: string;
            traceback: string;
        };
        Readiness: {
            /**
             * @description degraded: serving, with a part that failed
             * @enum {string}
             */
            status: "ready" | "degraded";
            /** @description The state of each part by name */
            parts: {
                [key: string]: {
                    /** @enum {string} */
                    status: "ready" | "degraded";
                    /** @description What is amiss, in one sentence */
                    detail?: string;
                };
            };
        };
        RewindConversation: {
            /** @description The first message to forget, by its id in the conversation */
            message_id?: string;
            /** @description How many messages to keep, from the first on; those that are there, where it is more than there are */
            keep?: number;
        };
        Run: {
            id: string;
            /** @description The id its caller gave it, which is another one when that id was taken already; else the same */
            given_id: string;
            agent_id: string;
            conversation_id: string;
            /** @description The run whose agent has asked for it by a tool call; null without one */
            parent_run_id: string | null;
            /**
             * @description interrupted: the server stopped in the middle of it
             * @enum {string}
             */
            status: "running" | "finished" | "cancelled" | "failed" | "interrupted";
            /** @description Whether it goes on without readers */
            background: boolean;
            /** @description Counted when the run has ended */
            usage: components["schemas"]["TokenUsage"];
            /** @description In US dollars, by the price table of the server; null when the price of no model that was asked is known */
            cost: number | null;
            /** @description How many answers of models `cost` is without, because the price of the model, or what the answer used, is not known. One that broke off before anything was counted is not among them */
            unpriced_steps: number;
            /** @description null while it runs */
            outcome: components["schemas"]["RunOutcome"] | null;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            started_at: string;
            /** @description null while it runs; of one that was interrupted, when the last happened that is known of it */
            ended_at: string | null;
        };
        RunList: {
            runs: components["schemas"]["Run"][];
            /** @description null on the last page */
            next_cursor: string | null;
            /** @description What all runs that match came to, whatever page they are on */
            sums: components["schemas"]["RunSums"];
        };
        RunOutcome: {
            /** @description Why it was cancelled, or failed */
            detail?: string;
            /** @description A failed run: one of the error codes */
            code?: string;
            /**
             * @description What ended a run that would have gone on
             * @enum {string}
             */
            stopped_by?: "max-steps" | "length" | "content-filter";
            /** @description The MCP servers that did not come and it went without; absent when there are none */
            missing_servers?: string[];
            /** @description What it answered, where it was asked for JSON of a schema; absent in lists */
            output?: unknown;
            /** @description Tool calls that wait: for their result from the caller, or for an approval */
            pending_tool_call_ids: string[];
            /** @description The approvals it waits for, or waited for */
            approval_ids: string[];
        };
        RunStep: {
            /** @description From 1; 0 holds calls that a person answered since the run before */
            step: number;
            /** @description null where no model was asked */
            model: string | null;
            /** @enum {string} */
            status: "running" | "finished" | "failed" | "cancelled" | "interrupted";
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            started_at: string;
            /** @description When the answer was complete, or broke off, before its tools ran */
            answered_at: string | null;
            /** @description null while it goes on; of one that was interrupted, when the last happened that is known of its run */
            ended_at: string | null;
            /** @description Seconds from the last attempt to ask the model until its first token; null while there is none */
            time_to_first_token: number | null;
            /** @description null until the model has answered */
            usage: components["schemas"]["TokenUsage"] | null;
            /** @description In US dollars, by the price table of the server; null when the price of no model that was asked is known */
            cost: number | null;
            /** @description Why the model stopped: stop, length, tool-calls, content-filter, error or other */
            stop_reason: string | null;
            error: {
                code: string;
                detail: string;
            } | null;
            retries: components["schemas"]["StepRetry"][];
            tool_calls: components["schemas"]["StepToolCall"][];
            /** @description How many more calls code has made, of which only this count is kept: a step keeps its first 1,000 tool calls */
            more_tool_calls: number;
        };
        RunSteps: {
            run_id: string;
            /** @enum {string} */
            status: "running" | "finished" | "cancelled" | "failed" | "interrupted";
            steps: components["schemas"]["RunStep"][];
        };
        RunSums: {
            /** @description How many runs have ended */
            runs: number;
            /** @description How long they took, one after the other */
            duration_seconds: number;
            usage: components["schemas"]["TokenUsage"];
            /** @description In US dollars, by the price table of the server; null when the price of no model that was asked is known */
            cost: number | null;
            /** @description How many answers of models `cost` is without, because the price of the model, or what the answer used, is not known. One that broke off before anything was counted is not among them */
            unpriced_steps: number;
        };
        SandboxInterpreters: {
            interpreters: {
                agent_id: string;
                /** @description The name of the key whose it is; null without keys */
                key: string | null;
                /**
                 * @description `busy`: code runs in it; `ended`: there is none
                 * @enum {string}
                 */
                status: "starting" | "ready" | "busy" | "ended";
                /**
                 * @description `local-eval`: Python inside this server, isolated; `local-jupyter`: a kernel of a Jupyter server
                 * @enum {string}
                 */
                variant: "local-eval" | "local-jupyter";
                /** @description When code last ended in it; null: none has yet */
                last_used_at: string | null;
                /** @description Which process it is of, where several are one service; absent: there is only one */
                replica?: string;
            }[];
        };
        SandboxInterrupted: {
            /** @description The agents in which an execution was interrupted */
            interrupted: string[];
        };
        SandboxStatus: {
            /**
             * @description `local-eval`: Python inside this server, isolated; `local-jupyter`: a kernel of a Jupyter server
             * @enum {string}
             */
            variant: "local-eval" | "local-jupyter";
            /** @description The Jupyter server, without its token */
            jupyter_url: string | null;
            jupyter_token_set: boolean;
            /** @description Whether an interpreter is alive now, whosever it is, at any process as far as that is known */
            sandbox_running: boolean;
        };
        SandboxVariables: {
            /**
             * @description `busy`: code runs in it; `ended`: there is none
             * @enum {string}
             */
            status: "starting" | "ready" | "busy" | "ended";
            variables: {
                name: string;
                type: string;
                /** @description It in a few words */
                repr: string;
                /** @description How many elements or characters it has; null where it has none */
                size: number | null;
            }[];
            /** @description How many there are before these */
            more_variables: number;
        };
        /** @description An MCP server id, or `{id, origin}` where one id exists in several places */
        ServerSelection: string | {
            id: string;
            /** @enum {string} */
            origin: "config" | "custom" | "catalog";
        };
        Skill: {
            name: string;
            /** @description What it is for, and when */
            description: string;
            /**
             * @description `bundled`: part of this server
             * @enum {string}
             */
            origin: "folder" | "bundled";
            /** @description Whether agents that say nothing have it */
            default: boolean;
            license: string | null;
            /** @description What it needs to work */
            compatibility: string | null;
            /** @description The tools its author meant it to need */
            allowed_tools: string[];
            /** @description Python that runs in the sandbox of an agent */
            scripts: string[];
            /** @description Its other files */
            resources: string[];
            /** @description What its author should mend */
            warnings: string[];
        };
        SkillDetail: {
            name: string;
            /** @description What it is for, and when */
            description: string;
            /**
             * @description `bundled`: part of this server
             * @enum {string}
             */
            origin: "folder" | "bundled";
            /** @description Whether agents that say nothing have it */
            default: boolean;
            license: string | null;
            /** @description What it needs to work */
            compatibility: string | null;
            /** @description The tools its author meant it to need */
            allowed_tools: string[];
            /** @description Python that runs in the sandbox of an agent */
            scripts: string[];
            /** @description Its other files */
            resources: string[];
            /** @description What its author should mend */
            warnings: string[];
            /** @description Its SKILL.md, as it is written */
            text: string;
            /** @description Its other files, hidden ones left out; the first 500 */
            files: {
                path: string;
                /** @description How long it is */
                bytes: number;
            }[];
            /** @description The one of `path`; null without */
            file: components["schemas"]["SkillFile"] | null;
        };
        SkillFile: {
            path: string;
            /** @description How long it is */
            bytes: number;
            /** @description null where it is left out */
            text: string | null;
            /** @description `binary`: it is no text in UTF-8; `too_long`: it is over 1 MiB. null: it is not */
            left_out: ("binary" | "too_long") | null;
        };
        SkillList: {
            skills: components["schemas"]["Skill"][];
            /** @description Folders that cannot be used, each with the reason */
            problems: {
                path: string;
                reason: string;
            }[];
        };
        StartMcpServer: {
            /**
             * @description Which of several servers of this id; absent: the first of config file, custom servers and catalog
             * @enum {string}
             */
            origin?: "config" | "custom" | "catalog";
            /** @description Variables for this server alone */
            env_vars?: components["schemas"]["EnvVar"][];
        };
        StartServers: {
            /** @description Variables for the servers of these agents, and for no other */
            env_vars?: components["schemas"]["EnvVar"][];
            /** @description Jupyter server URL with token; switches the code sandbox to local-jupyter */
            jupyter_sandbox?: string;
            /** @description Where code in the sandbox calls MCP tools; absent: this server. Only to the address and port of this server a token goes with the calls */
            mcp_proxy_url?: string;
        };
        StepApproval: {
            id: string;
            /** @enum {string} */
            status: "pending" | "approved" | "denied" | "cancelled" | "void";
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            requested_at: string;
            resolved_at: string | null;
            /** @description The key that answered; null without keys */
            resolved_by: string | null;
            /** @description The id of the run that acted on the answer, in its step 0 */
            resumed_by: string | null;
            /** @description How long it waited for its answer, or has waited so far */
            waited_seconds: number;
        };
        StepRetry: {
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            at: string;
            /** @description One of the error codes */
            code: string;
            /** @description Why the attempt failed */
            detail: string;
            /** @description How long it waited before the next attempt */
            wait_seconds: number;
        };
        StepToolCall: {
            id: string;
            /** @description The call of the model that it was made within, by its code; null for a call that the model made */
            parent_tool_call_id: string | null;
            tool: string;
            /** @description The MCP server of the tool, also of a call that was not run; null for any other tool, and for one that is not there */
            server: string | null;
            /**
             * @description queued: others run first. waiting: the run left it to its caller, or to a person, as `approval` tells. interrupted: the run ended before it did
             * @enum {string}
             */
            status: "queued" | "running" | "waiting" | "done" | "failed" | "interrupted";
            /**
             * Format: date-time
             * @description When the model, or its code, had made the call
             * @example 2026-11-23T10:00:00.000Z
             */
            queued_at: string;
            started_at: string | null;
            /** @description null of one that goes on or waits; of one that was interrupted, when the last happened that is known of its run */
            ended_at: string | null;
            /** @description The size of the result as text or JSON, before it was cut to its bound; 0 of one that was not run */
            bytes: number | null;
            is_error: boolean | null;
            /** @description The run of the agent that was asked by the call; null of any other call */
            child_run_id: string | null;
            approval: components["schemas"]["StepApproval"] | null;
        };
        StopMcpServer: {
            /**
             * @description Which of several servers of this id; absent: the first of config file, custom servers and catalog
             * @enum {string}
             */
            origin?: "config" | "custom" | "catalog";
        };
        TokenUsage: {
            /** @description Tokens read */
            prompt_tokens: number;
            /** @description Tokens written */
            completion_tokens: number;
            /** @description Those of the tokens read that its provider had in its cache */
            cached_tokens: number;
            /** @description Those of the tokens written that are reasoning */
            reasoning_tokens: number;
        };
        UpdateAgent: {
            /**
             * @description A name for people
             * @example My Custom Agent
             */
            name?: string;
            /** @description What the agent is for */
            description?: string;
            /** @description null: the default model of the server */
            model?: string | null;
            /** @description Instructions the model is given before the conversation */
            system_prompt?: string;
            /** @description The MCP servers whose tools the agent may call */
            selected_mcp_servers?: components["schemas"]["ServerSelection"][];
            /** @description The most model calls of one run */
            max_steps?: number;
            temperature?: number | null;
            /** @description null: as the server is started */
            enable_codemode?: boolean | null;
            /** @description Which tool calls wait for the approval of a person */
            approvals?: {
                /**
                 * @description Names of tools, such as `github__create_issue`; `*` is any text
                 * @example [
                 *       "github__*"
                 *     ]
                 */
                tools: string[];
            };
            /** @description null: those the server is started with */
            skills?: string[] | null;
            /** @description The ids of the agents it may ask, each by a tool `ask_<id>` */
            agents?: string[];
            /** @description Whether MCP clients at `/api/v1/mcp` are offered the agent as the tool `ask_<id>` */
            offer_as_tool?: boolean;
            /** @description null: answers are text */
            output_schema?: {
                [key: string]: unknown;
            } | null;
            /** @description Whether its runs outlive what they began with: they go on without readers, and where processes share a database, on another one when theirs is gone. No tool is called twice then: the model is told that a call which was open may have run. With one process they end as interrupted when it stops. Runs that another run asks for, those of Chat Completions, and those with tools of the client that asks, such as an editor or a viewer of surfaces, are as those of other agents */
            durable?: boolean;
        };
        UpdateAgentMcpServers: {
            selected_mcp_servers: components["schemas"]["ServerSelection"][];
        };
        UpdateMcpServer: {
            /** @description A name for people; absent: the id */
            name?: string;
            description?: string;
            /**
             * @description The program, found on the PATH, or an absolute path
             * @example npx
             */
            command?: string;
            args?: string[];
            /** @description Variables of the server. `${VAR}` is looked up when it starts; other values are never shown, and kept over restarts only by a server with a secret key file, which stores them sealed */
            env?: {
                [key: string]: string;
            };
            cwd?: string;
            /**
             * @description Where a remote server listens
             * @example https://example.com/mcp
             */
            url?: string;
            /** @description Headers of each request to it. `${VAR}` is looked up when it starts; other values are never shown, and kept over restarts only by a server with a secret key file, which stores them sealed */
            headers?: {
                [key: string]: string;
            };
            /**
             * @description Absent: stdio with a command; with a url http, falling back to SSE
             * @enum {string}
             */
            transport?: "stdio" | "http" | "sse";
            /** @description Seconds a call may be silent; absent: 60. Progress starts it anew */
            timeout?: number;
            /** @description Whether it is started now and at each start of this server; absent: true */
            enabled?: boolean;
        };
        Usage: {
            /** @description Tokens read */
            prompt_tokens: number;
            /** @description Tokens written */
            completion_tokens: number;
        };
        UsageGroup: {
            /** @description The agent, the key, the model or the day in UTC; null for runs without a key, and for those that asked no model or did not note it */
            name: string | null;
            /** @description How many runs have ended */
            runs: number;
            /** @description How long they took, one after the other */
            duration_seconds: number;
            usage: components["schemas"]["TokenUsage"];
            /** @description In US dollars, by the price table of the server; null when the price of no model that was asked is known */
            cost: number | null;
            /** @description How many answers of models `cost` is without, because the price of the model, or what the answer used, is not known. One that broke off before anything was counted is not among them */
            unpriced_steps: number;
        };
        UsageReport: {
            /** @description By their names */
            groups: components["schemas"]["UsageGroup"][];
            total: components["schemas"]["RunSums"];
            /** @description The date of the price table; null when the table names none */
            prices_from: string | null;
        };
        VercelAiAgentList: {
            /** @constant */
            protocol: "vercel-ai";
            /** @description The version of the UI message stream that is spoken */
            version: string;
            agents: {
                agent_id: string;
                name: string;
                endpoint: string;
            }[];
            agents_endpoint: string;
            count: number;
        };
        VercelAiChat: {
            /**
             * @description The id of the chat: that of the conversation, which is made when there is none
             * @example chat-1
             */
            id: string;
            /** @description UI messages. Of a conversation that is stored here the last one is taken, and the stored ones before it stand; of one that is new, all */
            messages?: ({
                id?: string;
                role: string;
                parts?: unknown[] | null;
            } & {
                [key: string]: unknown;
            })[] | null;
            /** @description The last message alone, from apps that send no others */
            message?: ({
                id?: string;
                role: string;
                parts?: unknown[] | null;
            } & {
                [key: string]: unknown;
            }) | null;
            /** @description `submit-message` (the default) or `regenerate-message` */
            trigger?: string | null;
            /** @description The message that is changed or answered anew; the messages before it say the same. To answer anew what is stored here, it is enough without messages */
            messageId?: string | null;
            /**
             * @description Tools that the app runs itself, for `onToolCall` and `addToolOutput`: `{name, description, parameters}` each, the parameters as JSON Schema; or an object of them by name, as assistant-ui sends
             * @example [
             *       {
             *         "name": "confirm",
             *         "description": "Asks the user",
             *         "parameters": {
             *           "type": "object"
             *         }
             *       }
             *     ]
             */
            tools?: ({
                [key: string]: unknown;
            }[] | {
                [key: string]: {
                    [key: string]: unknown;
                };
            }) | null;
        };
        VercelAiChatMessages: {
            id: string;
            messages: components["schemas"]["VercelAiMessage"][];
        };
        VercelAiChunk: ({
            /** @constant */
            type: "text-delta";
            id: string;
            delta: string;
        } | {
            /** @constant */
            type: "reasoning-delta";
            id: string;
            delta: string;
        } | {
            /** @constant */
            type: "tool-input-delta";
            toolCallId: string;
            inputTextDelta: string;
        } | {
            /** @constant */
            type: "start";
            messageId: string;
            messageMetadata?: {
                /** @description The run: `POST /runs/{run_id}/cancel` stops it */
                run_id?: string;
                conversation_id?: string;
            } & {
                [key: string]: unknown;
            };
        } | {
            /** @constant */
            type: "start-step";
        } | {
            /** @constant */
            type: "text-start";
            id: string;
        } | {
            /** @constant */
            type: "text-end";
            id: string;
        } | {
            /** @constant */
            type: "reasoning-start";
            id: string;
        } | {
            /** @constant */
            type: "reasoning-end";
            id: string;
        } | {
            /** @constant */
            type: "tool-input-start";
            toolCallId: string;
            toolName: string;
            /** @constant */
            dynamic?: true;
        } | {
            /** @constant */
            type: "tool-input-available";
            toolCallId: string;
            toolName: string;
            input: unknown;
            /** @constant */
            dynamic?: true;
        } | {
            /** @constant */
            type: "tool-output-available";
            toolCallId: string;
            output: unknown;
            /** @constant */
            dynamic?: true;
        } | {
            /** @constant */
            type: "tool-output-error";
            toolCallId: string;
            errorText: string;
            /** @constant */
            dynamic?: true;
        } | {
            /** @constant */
            type: "tool-output-denied";
            toolCallId: string;
        } | {
            /** @constant */
            type: "tool-approval-request";
            /** @description The id that `/approvals/{approval_id}` takes too */
            approvalId: string;
            /** @description The call that waits. Where one waits for several answers, as it asks another agent, the further ones each have a part of their own, with the id of the approval in the place of that of a call */
            toolCallId: string;
            /** @description What is asked, where that is not the call itself */
            reason?: string;
        } | {
            /** @constant */
            type: "tool-approval-response";
            approvalId: string;
            approved: boolean;
        } | {
            /** @constant */
            type: "file";
            url: string;
            mediaType: string;
        } | {
            /** @constant */
            type: "finish-step";
        } | {
            /** @constant */
            type: "finish";
            /** @enum {string} */
            finishReason: "stop" | "length" | "content-filter" | "tool-calls" | "other";
            messageMetadata?: {
                [key: string]: unknown;
            };
        } | {
            /** @constant */
            type: "abort";
            reason?: string;
        } | {
            /** @constant */
            type: "error";
            errorText: string;
        }) | {
            type: string;
            id?: string;
            data: unknown;
            transient?: boolean;
        };
        VercelAiMessage: {
            id: string;
            /** @enum {string} */
            role: "system" | "user" | "assistant";
            parts: ({
                type: string;
            } & {
                [key: string]: unknown;
            })[];
        } & {
            [key: string]: unknown;
        };
    };
    responses: {
        /** @description `agent-exists`: An agent with this id exists already */
        AgentExists: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `agent-not-found`: No agent has this id */
        AgentNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `agent-not-found`: No agent has this id */
        AgentNotFoundAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `agent-not-found`: No agent has this id
         *     `approval-not-found`: No approval has this id
         */
        AgentNotFoundOrApprovalNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `approval-not-found`: No approval has this id
         *     `agent-not-found`: No agent has this id
         *     `conversation-not-found`: No conversation has this id
         */
        AgentNotFoundOrApprovalNotFoundOrConversationNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `agent-not-found`: No agent has this id
         *     `approval-not-found`: No approval has this id
         *     `run-not-found`: No run has this id
         */
        AgentNotFoundOrApprovalNotFoundOrRunNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `agent-not-found`: No agent has this id
         *     `run-not-found`: No run has this id
         *     `approval-not-found`: No approval has this id
         */
        AgentNotFoundOrApprovalNotFoundOrRunNotFoundAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `agent-not-found`: No agent has this id
         *     `ui-resource-not-found`: No tool of the agent has this page
         *     `mcp-tool-not-found`: The MCP server has no tool of this name
         */
        AgentNotFoundOrMcpToolNotFoundOrUiResourceNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `agent-not-found`: No agent has this id
         *     `run-not-found`: No run has this id
         */
        AgentNotFoundOrRunNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `agent-not-found`: No agent has this id
         *     `ui-resource-not-found`: No tool of the agent has this page
         */
        AgentNotFoundOrUiResourceNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `example-not-found`: No example has this name
         *     `approval-not-found`: No approval has this id
         *     `run-not-found`: No run has this id
         */
        ApprovalNotFoundOrExampleNotFoundOrRunNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `conversation-busy`: Another run is active on this conversation
         *     `approval-pending`: The conversation waits for the approval of a tool call
         *     `approval-resolved`: The approval was answered before
         */
        ApprovalPendingOrApprovalResolvedOrConversationBusy: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `conversation-busy`: Another run is active on this conversation
         *     `approval-pending`: The conversation waits for the approval of a tool call
         *     `approval-resolved`: The approval was answered before
         */
        ApprovalPendingOrApprovalResolvedOrConversationBusyAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `conversation-busy`: Another run is active on this conversation
         *     `approval-pending`: The conversation waits for the approval of a tool call
         *     `run-cancelled`: The run was cancelled before it ended
         */
        ApprovalPendingOrConversationBusyOrRunCancelledAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `conversation-busy`: Another run is active on this conversation
         *     `approval-pending`: The conversation waits for the approval of a tool call
         *     `run-exists`: A run with this id exists already
         *     `run-cancelled`: The run was cancelled before it ended
         */
        ApprovalPendingOrConversationBusyOrRunCancelledOrRunExists: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `approval-pending`: The conversation waits for the approval of a tool call
         *     `conversation-busy`: Another run is active on this conversation
         *     `run-exists`: A run with this id exists already
         */
        ApprovalPendingOrConversationBusyOrRunExists: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `approval-resolved`: The approval was answered before
         *     `conversation-busy`: Another run is active on this conversation
         */
        ApprovalResolvedOrConversationBusy: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `draining`: The server is shutting down; see Retry-After
         *     `bodies-full`: Too many long bodies are being read at once; see Retry-After
         */
        BodiesFullOrDraining: {
            headers: {
                /** @description Seconds to wait, where that can be said */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `draining`: The server is shutting down; see Retry-After
         *     `bodies-full`: Too many long bodies are being read at once; see Retry-After
         */
        BodiesFullOrDrainingAsOpenAiError: {
            headers: {
                /** @description Seconds to wait, where that can be said */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `run-interrupted`: The server stopped in the middle of the run
         *     `draining`: The server is shutting down; see Retry-After
         *     `bodies-full`: Too many long bodies are being read at once; see Retry-After
         */
        BodiesFullOrDrainingOrRunInterruptedAsOpenAiError: {
            headers: {
                /** @description Seconds to wait, where that can be said */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `body-too-large`: The body is over the limit */
        BodyTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `body-too-large`: The body is over the limit */
        BodyTooLargeAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `file-too-large`: A file of the prompt is over the limit; the detail names it
         *     `body-too-large`: The body is over the limit
         */
        BodyTooLargeOrFileTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `file-too-large`: A file of the prompt is over the limit; the detail names it
         *     `body-too-large`: The body is over the limit
         */
        BodyTooLargeOrFileTooLargeAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `conversation-busy`: Another run is active on this conversation */
        ConversationBusy: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `conversation-not-found`: No conversation has this id */
        ConversationNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `conversation-not-found`: No conversation has this id
         *     `message-not-found`: The conversation has no message of this id
         */
        ConversationNotFoundOrMessageNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `draining`: The server is shutting down; see Retry-After */
        Draining: {
            headers: {
                /** @description Seconds to wait, where that can be said */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `not-ready`: The server is starting, or a part it needs is down
         *     `draining`: The server is shutting down; see Retry-After
         */
        DrainingOrNotReady: {
            headers: {
                /** @description Seconds to wait, where that can be said */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `events-gone`: The oldest events of the run are no longer held */
        EventsGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `events-gone`: The oldest events of the run are no longer held */
        EventsGoneAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `file-not-fetched`: A file that the prompt names by its address cannot be fetched; the detail names it and says why
         *     `file-not-taken`: A file of the prompt is none that the model takes; the detail names it and says which are
         *     `validation-failed`: The request does not match its schema; see errors
         */
        FileNotFetchedOrFileNotTakenOrValidationFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `file-not-fetched`: A file that the prompt names by its address cannot be fetched; the detail names it and says why
         *     `file-not-taken`: A file of the prompt is none that the model takes; the detail names it and says which are
         *     `validation-failed`: The request does not match its schema; see errors
         */
        FileNotFetchedOrFileNotTakenOrValidationFailedAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `host-not-allowed`: The Host header names a host this server does not answer for
         *     `origin-not-allowed`: A web page of another origin sent the request
         */
        HostNotAllowedOrOriginNotAllowed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `host-not-allowed`: The Host header names a host this server does not answer for
         *     `origin-not-allowed`: A web page of another origin sent the request
         */
        HostNotAllowedOrOriginNotAllowedAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `spawn-forbidden`: The policy of this server forbids to run this MCP server
         *     `host-not-allowed`: The Host header names a host this server does not answer for
         *     `origin-not-allowed`: A web page of another origin sent the request
         */
        HostNotAllowedOrOriginNotAllowedOrSpawnForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `internal`: A fault of this server; its log has the cause */
        Internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `internal`: A fault of this server; its log has the cause */
        InternalAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `mcp-start-failed`: The MCP server did not start; the detail has its last words
         *     `mcp-variables-missing`: The MCP server needs environment variables that are not set
         *     `internal`: A fault of this server; its log has the cause
         */
        InternalOrMcpStartFailedOrMcpVariablesMissing: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `sandbox-restart-failed`: The sandbox could not be started anew
         *     `internal`: A fault of this server; its log has the cause
         */
        InternalOrSandboxRestartFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `jupyter-url-required`: The variant local-jupyter needs a jupyter_url
         *     `jupyter-url-not-allowed`: The jupyter_url is no URL that a sandbox may connect to
         *     `malformed-json`: The body is not JSON
         */
        JupyterUrlNotAllowedOrJupyterUrlRequiredOrMalformedJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `jupyter-url-not-allowed`: The jupyter_url is no URL that a sandbox may connect to
         *     `malformed-json`: The body is not JSON
         */
        JupyterUrlNotAllowedOrMalformedJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `jupyter-url-not-allowed`: The jupyter_url is no URL that a sandbox may connect to
         *     `malformed-url`: The URL, or the Host header, is not well formed
         *     `malformed-json`: The body is not JSON
         */
        JupyterUrlNotAllowedOrMalformedJsonOrMalformedUrl: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `malformed-json`: The body is not JSON */
        MalformedJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `malformed-json`: The body is not JSON */
        MalformedJsonAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `malformed-url`: The URL, or the Host header, is not well formed
         *     `malformed-json`: The body is not JSON
         */
        MalformedJsonOrMalformedUrl: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `malformed-url`: The URL, or the Host header, is not well formed */
        MalformedUrl: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `malformed-url`: The URL, or the Host header, is not well formed */
        MalformedUrlAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `mcp-server-exists`: An MCP server with this id exists already */
        McpServerExists: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `mcp-server-failed`: The MCP server died or broke off during a call */
        McpServerFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `mcp-server-not-enabled`: The MCP server of the catalog is not enabled */
        McpServerNotEnabled: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `mcp-server-not-found`: No MCP server has this id */
        McpServerNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `mcp-server-not-running`: The MCP server is not running
         *     `mcp-tool-not-found`: The MCP server has no tool of this name
         */
        McpServerNotRunningOrMcpToolNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `mcp-server-timeout`: The MCP server did not answer a call in time */
        McpServerTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `model-not-configured`: The model of the agent cannot be used: its API key is not set
         *     `model-failed`: The model provider failed
         *     `output-invalid`: What the model answered does not fit the schema it was asked for, also when it was asked again
         */
        ModelFailedOrModelNotConfiguredOrOutputInvalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `model-not-configured`: The model of the agent cannot be used: its API key is not set
         *     `model-failed`: The model provider failed
         *     `output-invalid`: What the model answered does not fit the schema it was asked for, also when it was asked again
         */
        ModelFailedOrModelNotConfiguredOrOutputInvalidAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `model-timeout`: The model provider did not answer in time */
        ModelTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `model-timeout`: The model provider did not answer in time */
        ModelTimeoutAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `not-json`: The Content-Type is not JSON */
        NotJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `not-json`: The Content-Type is not JSON */
        NotJsonAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `rate-limited`: Too many requests; see Retry-After */
        RateLimited: {
            headers: {
                /** @description Seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `rate-limited`: Too many requests; see Retry-After */
        RateLimitedAsOpenAiError: {
            headers: {
                /** @description Seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /**
         * @description `sandbox-busy`: Too many executions wait for the sandbox; see Retry-After
         *     `rate-limited`: Too many requests; see Retry-After
         */
        RateLimitedOrSandboxBusy: {
            headers: {
                /** @description Seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `request-timeout`: The request took too long to arrive */
        RequestTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `request-timeout`: The request took too long to arrive */
        RequestTimeoutAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `run-not-found`: No run has this id */
        RunNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `run-not-found`: No run has this id */
        RunNotFoundAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `sandbox-unavailable`: The sandbox could not be started or reached; the detail names the step */
        SandboxUnavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /**
         * @description `skill-not-found`: No skill has this name
         *     `skill-file-not-found`: The skill has no file of this path
         */
        SkillFileNotFoundOrSkillNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `unauthorized`: The API key is missing or wrong */
        Unauthorized: {
            headers: {
                /** @description Always `Bearer` */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `unauthorized`: The API key is missing or wrong */
        UnauthorizedAsOpenAiError: {
            headers: {
                /** @description Always `Bearer` */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `validation-failed`: The request does not match its schema; see errors */
        ValidationFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description `validation-failed`: The request does not match its schema; see errors */
        ValidationFailedAsOpenAiError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    healthCheck: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "healthy",
                     *       "version": "0.1.0"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            500: components["responses"]["Internal"];
        };
    };
    healthReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "parts": {
                     *         "store": {
                     *           "status": "ready"
                     *         },
                     *         "mcp_servers": {
                     *           "status": "ready"
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            500: components["responses"]["Internal"];
            503: components["responses"]["DrainingOrNotReady"];
        };
    };
    healthSummary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": "0.1.0",
                     *       "runtime": {
                     *         "node": "26.10.0",
                     *         "sqlite": "3.50.4"
                     *       },
                     *       "uptime_seconds": 3600,
                     *       "rss_bytes": 106000000,
                     *       "event_loop_delay_ms": 0.4,
                     *       "active_runs": 1,
                     *       "active_streams": 2,
                     *       "last_day": {
                     *         "runs": {
                     *           "finished": 12,
                     *           "failed": 1,
                     *           "cancelled": 0,
                     *           "interrupted": 0
                     *         },
                     *         "usage": {
                     *           "prompt_tokens": 15000,
                     *           "completion_tokens": 4000,
                     *           "cached_tokens": 9000,
                     *           "reasoning_tokens": 0
                     *         },
                     *         "cost": 0.31
                     *       },
                     *       "samples": [
                     *         {
                     *           "at": "2026-11-23T10:00:00.000Z",
                     *           "rss_bytes": 106000000,
                     *           "event_loop_delay_ms": 0.4,
                     *           "active_runs": 1,
                     *           "active_streams": 2
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["HealthSummary"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agentsList: {
        parameters: {
            query?: {
                /** @description The most to return; absent: all, and with a cursor 50 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agents": [
                     *         {
                     *           "id": "my-agent",
                     *           "name": "My Custom Agent",
                     *           "description": "",
                     *           "transport": "streaming",
                     *           "model": "gpt-4o",
                     *           "status": "idle",
                     *           "system_prompt": "You are a helpful assistant.",
                     *           "selected_mcp_servers": [
                     *             "tavily"
                     *           ],
                     *           "max_steps": 20,
                     *           "temperature": null,
                     *           "codemode": false,
                     *           "approvals": {
                     *             "tools": []
                     *           },
                     *           "skills": [],
                     *           "agents": [],
                     *           "offer_as_tool": true,
                     *           "output_schema": null,
                     *           "durable": false,
                     *           "created_at": "2026-11-23T10:00:00.000Z",
                     *           "updated_at": "2026-11-23T10:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AgentList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agentsCreate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "id": "my-agent",
                 *       "name": "My Custom Agent",
                 *       "model": "gpt-4o",
                 *       "system_prompt": "You are a helpful assistant."
                 *     }
                 */
                "application/json": components["schemas"]["CreateAgent"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description The path of the new resource */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "my-agent",
                     *       "name": "My Custom Agent",
                     *       "description": "",
                     *       "transport": "streaming",
                     *       "model": "gpt-4o",
                     *       "status": "idle",
                     *       "system_prompt": "You are a helpful assistant.",
                     *       "selected_mcp_servers": [
                     *         "tavily"
                     *       ],
                     *       "max_steps": 20,
                     *       "temperature": null,
                     *       "codemode": false,
                     *       "approvals": {
                     *         "tools": []
                     *       },
                     *       "skills": [],
                     *       "agents": [],
                     *       "offer_as_tool": true,
                     *       "output_schema": null,
                     *       "durable": false,
                     *       "created_at": "2026-11-23T10:00:00.000Z",
                     *       "updated_at": "2026-11-23T10:00:00.000Z",
                     *       "mcp_toolsets": [
                     *         "tavily"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AgentDetail"];
                };
            };
            400: components["responses"]["MalformedJson"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AgentExists"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agentsGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "my-agent",
                     *       "name": "My Custom Agent",
                     *       "description": "",
                     *       "transport": "streaming",
                     *       "model": "gpt-4o",
                     *       "status": "idle",
                     *       "system_prompt": "You are a helpful assistant.",
                     *       "selected_mcp_servers": [
                     *         "tavily"
                     *       ],
                     *       "max_steps": 20,
                     *       "temperature": null,
                     *       "codemode": false,
                     *       "approvals": {
                     *         "tools": []
                     *       },
                     *       "skills": [],
                     *       "agents": [],
                     *       "offer_as_tool": true,
                     *       "output_schema": null,
                     *       "durable": false,
                     *       "created_at": "2026-11-23T10:00:00.000Z",
                     *       "updated_at": "2026-11-23T10:00:00.000Z",
                     *       "mcp_toolsets": [
                     *         "tavily"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AgentDetail"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agentsUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "My Custom Agent",
                 *       "system_prompt": "You are a helpful assistant."
                 *     }
                 */
                "application/json": components["schemas"]["UpdateAgent"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "my-agent",
                     *       "name": "My Custom Agent",
                     *       "description": "",
                     *       "transport": "streaming",
                     *       "model": "gpt-4o",
                     *       "status": "idle",
                     *       "system_prompt": "You are a helpful assistant.",
                     *       "selected_mcp_servers": [
                     *         "tavily"
                     *       ],
                     *       "max_steps": 20,
                     *       "temperature": null,
                     *       "codemode": false,
                     *       "approvals": {
                     *         "tools": []
                     *       },
                     *       "skills": [],
                     *       "agents": [],
                     *       "offer_as_tool": true,
                     *       "output_schema": null,
                     *       "durable": false,
                     *       "created_at": "2026-11-23T10:00:00.000Z",
                     *       "updated_at": "2026-11-23T10:00:00.000Z",
                     *       "mcp_toolsets": [
                     *         "tavily"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AgentDetail"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agentsDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Agent my-agent deleted successfully"
                     *     }
                     */
                    "application/json": components["schemas"]["AgentDeleted"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agentMcpServersUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "selected_mcp_servers": [
                 *         "tavily",
                 *         "filesystem"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["UpdateAgentMcpServers"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agent_id": "my-agent",
                     *       "selected_mcp_servers": [
                     *         "tavily",
                     *         "filesystem"
                     *       ],
                     *       "message": "MCP servers updated successfully"
                     *     }
                     */
                    "application/json": components["schemas"]["AgentMcpServersUpdated"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agentMcpServersStartAll: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "env_vars": [
                 *         {
                 *           "name": "TAVILY_API_KEY",
                 *           "value": "tvly-xxx"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["StartServers"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agents_processed": [
                     *         "agent-1",
                     *         "agent-2"
                     *       ],
                     *       "started_servers": [
                     *         "tavily",
                     *         "github"
                     *       ],
                     *       "stopped_servers": [],
                     *       "already_running": [],
                     *       "already_stopped": [],
                     *       "failed_servers": [],
                     *       "codemode_rebuilt": true,
                     *       "env_vars_set": [
                     *         "TAVILY_API_KEY"
                     *       ],
                     *       "sandbox_configured": true,
                     *       "sandbox_variant": "local-jupyter",
                     *       "mcp_proxy_url": "http://127.0.0.1:8765/api/v1/mcp/proxy",
                     *       "message": "Started 2 server(s) across 2 agent(s), sandbox=local-jupyter"
                     *     }
                     */
                    "application/json": components["schemas"]["AllServersStarted"];
                };
            };
            400: components["responses"]["JupyterUrlNotAllowedOrMalformedJson"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agentMcpServersStart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "env_vars": [
                 *         {
                 *           "name": "TAVILY_API_KEY",
                 *           "value": "tvly-xxx"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["StartServers"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agent_id": "my-agent",
                     *       "started_servers": [
                     *         "tavily"
                     *       ],
                     *       "stopped_servers": [],
                     *       "already_running": [
                     *         "github"
                     *       ],
                     *       "already_stopped": [],
                     *       "failed_servers": [
                     *         {
                     *           "server_id": "filesystem",
                     *           "error": "Server config not found"
                     *         }
                     *       ],
                     *       "codemode_rebuilt": true,
                     *       "env_vars_set": [
                     *         "TAVILY_API_KEY"
                     *       ],
                     *       "sandbox_configured": false,
                     *       "sandbox_variant": null,
                     *       "mcp_proxy_url": null,
                     *       "message": "Started 1 server(s), 1 already running, 1 failed"
                     *     }
                     */
                    "application/json": components["schemas"]["AgentServersStarted"];
                };
            };
            400: components["responses"]["JupyterUrlNotAllowedOrMalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agentMcpServersStopAll: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agents_processed": [
                     *         "agent-1",
                     *         "agent-2"
                     *       ],
                     *       "started_servers": [],
                     *       "stopped_servers": [
                     *         "tavily",
                     *         "github"
                     *       ],
                     *       "already_running": [],
                     *       "already_stopped": [],
                     *       "failed_servers": [],
                     *       "codemode_rebuilt": false,
                     *       "message": "Stopped 2 server(s) across 2 agent(s)"
                     *     }
                     */
                    "application/json": components["schemas"]["AllServersStopped"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agentMcpServersStop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agent_id": "my-agent",
                     *       "started_servers": [],
                     *       "stopped_servers": [
                     *         "tavily",
                     *         "github"
                     *       ],
                     *       "already_running": [],
                     *       "already_stopped": [
                     *         "filesystem"
                     *       ],
                     *       "failed_servers": [],
                     *       "codemode_rebuilt": false,
                     *       "message": "Stopped 2 server(s), 1 already stopped"
                     *     }
                     */
                    "application/json": components["schemas"]["AgentServersStopped"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    promptsStream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "message": "What is the weather in Paris?"
                 *     }
                 */
                "application/json": components["schemas"]["Prompt"];
            };
        };
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "text",
                     *       "content": "Based on the current weather data..."
                     *     }
                     */
                    "text/event-stream": components["schemas"]["PromptEvent"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFoundOrRunNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ApprovalPendingOrConversationBusyOrRunCancelledOrRunExists"];
            410: components["responses"]["EventsGone"];
            413: components["responses"]["BodyTooLargeOrFileTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["FileNotFetchedOrFileNotTakenOrValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            502: components["responses"]["ModelFailedOrModelNotConfiguredOrOutputInvalid"];
            503: components["responses"]["BodiesFullOrDraining"];
            504: components["responses"]["ModelTimeout"];
        };
    };
    promptsSync: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "message": "What is the weather in Paris?"
                 *     }
                 */
                "application/json": components["schemas"]["Prompt"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "response": "Based on the current weather data...",
                     *       "tool_calls": [
                     *         {
                     *           "id": "call-1",
                     *           "name": "weather__get",
                     *           "args": {
                     *             "city": "Paris"
                     *           },
                     *           "result": "18 °C",
                     *           "is_error": false
                     *         }
                     *       ],
                     *       "usage": {
                     *         "prompt_tokens": 150,
                     *         "completion_tokens": 200
                     *       },
                     *       "conversation_id": "conv-1"
                     *     }
                     */
                    "application/json": components["schemas"]["PromptResult"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ApprovalPendingOrConversationBusyOrRunCancelledOrRunExists"];
            413: components["responses"]["BodyTooLargeOrFileTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["FileNotFetchedOrFileNotTakenOrValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            502: components["responses"]["ModelFailedOrModelNotConfiguredOrOutputInvalid"];
            503: components["responses"]["BodiesFullOrDraining"];
            504: components["responses"]["ModelTimeout"];
        };
    };
    runsList: {
        parameters: {
            query?: {
                /** @description Only those of this agent */
                agent_id?: string;
                /** @description Only those of this conversation */
                conversation_id?: string;
                /** @description Only those that the agent of this run has asked for */
                parent_run_id?: string;
                /** @description Only those with this status */
                status?: "running" | "finished" | "cancelled" | "failed" | "interrupted";
                /** @description Only what began at this time or later: an RFC 3339 time, or a date */
                since?: string;
                /** @description Only what began before this time, which is not before `since` */
                until?: string;
                /** @description The most to return */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "runs": [
                     *         {
                     *           "id": "run-1",
                     *           "given_id": "run-1",
                     *           "agent_id": "my-agent",
                     *           "conversation_id": "conv-1",
                     *           "parent_run_id": null,
                     *           "status": "finished",
                     *           "background": true,
                     *           "usage": {
                     *             "prompt_tokens": 150,
                     *             "completion_tokens": 200,
                     *             "cached_tokens": 0,
                     *             "reasoning_tokens": 0
                     *           },
                     *           "cost": 0.0024,
                     *           "unpriced_steps": 0,
                     *           "outcome": {
                     *             "pending_tool_call_ids": [],
                     *             "approval_ids": []
                     *           },
                     *           "started_at": "2026-11-23T10:00:00.000Z",
                     *           "ended_at": "2026-11-23T10:00:05.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null,
                     *       "sums": {
                     *         "runs": 1,
                     *         "duration_seconds": 5,
                     *         "usage": {
                     *           "prompt_tokens": 150,
                     *           "completion_tokens": 200,
                     *           "cached_tokens": 0,
                     *           "reasoning_tokens": 0
                     *         },
                     *         "cost": 0.0024,
                     *         "unpriced_steps": 0
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["RunList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    runsGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run identifier */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "run-1",
                     *       "given_id": "run-1",
                     *       "agent_id": "my-agent",
                     *       "conversation_id": "conv-1",
                     *       "parent_run_id": null,
                     *       "status": "finished",
                     *       "background": true,
                     *       "usage": {
                     *         "prompt_tokens": 150,
                     *         "completion_tokens": 200,
                     *         "cached_tokens": 0,
                     *         "reasoning_tokens": 0
                     *       },
                     *       "cost": 0.0024,
                     *       "unpriced_steps": 0,
                     *       "outcome": {
                     *         "pending_tool_call_ids": [],
                     *         "approval_ids": []
                     *       },
                     *       "started_at": "2026-11-23T10:00:00.000Z",
                     *       "ended_at": "2026-11-23T10:00:05.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Run"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["RunNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    runsSteps: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run identifier */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "run_id": "run-1",
                     *       "status": "finished",
                     *       "steps": [
                     *         {
                     *           "step": 1,
                     *           "model": "openai:gpt-5-mini",
                     *           "status": "finished",
                     *           "started_at": "2026-11-23T10:00:00.000Z",
                     *           "answered_at": "2026-11-23T10:00:02.000Z",
                     *           "ended_at": "2026-11-23T10:00:02.300Z",
                     *           "time_to_first_token": 0.62,
                     *           "usage": {
                     *             "prompt_tokens": 150,
                     *             "completion_tokens": 40,
                     *             "cached_tokens": 0,
                     *             "reasoning_tokens": 0
                     *           },
                     *           "cost": 0.0012,
                     *           "stop_reason": "tool-calls",
                     *           "error": null,
                     *           "retries": [],
                     *           "tool_calls": [
                     *             {
                     *               "id": "call-1",
                     *               "parent_tool_call_id": null,
                     *               "tool": "weather__get",
                     *               "server": "weather",
                     *               "status": "done",
                     *               "queued_at": "2026-11-23T10:00:02.000Z",
                     *               "started_at": "2026-11-23T10:00:02.000Z",
                     *               "ended_at": "2026-11-23T10:00:02.300Z",
                     *               "bytes": 42,
                     *               "is_error": false,
                     *               "child_run_id": null,
                     *               "approval": null
                     *             }
                     *           ],
                     *           "more_tool_calls": 0
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RunSteps"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["RunNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    runsEvents: {
        parameters: {
            query?: {
                /** @description The same as the header Last-Event-ID, which wins */
                after?: number;
                /** @description Events to tell beside the usual ones. `reasoning`: what the model thinks, where its provider shows that; `status`: what the run waits for, in words for people; `files`: the images and other files that the model says. Events are numbered with these among them: continue a stream with the `include` it began with */
                include?: ("reasoning" | "status" | "files")[];
            };
            header?: never;
            path: {
                /** @description The run identifier */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "text",
                     *       "content": "Based on the current weather data..."
                     *     }
                     */
                    "text/event-stream": components["schemas"]["PromptEvent"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["RunNotFound"];
            410: components["responses"]["EventsGone"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    runsCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run identifier */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "run-1",
                     *       "given_id": "run-1",
                     *       "agent_id": "my-agent",
                     *       "conversation_id": "conv-1",
                     *       "parent_run_id": null,
                     *       "status": "cancelled",
                     *       "background": true,
                     *       "usage": {
                     *         "prompt_tokens": 150,
                     *         "completion_tokens": 200,
                     *         "cached_tokens": 0,
                     *         "reasoning_tokens": 0
                     *       },
                     *       "cost": 0.0024,
                     *       "unpriced_steps": 0,
                     *       "outcome": {
                     *         "detail": "cancelled by the user",
                     *         "pending_tool_call_ids": [],
                     *         "approval_ids": []
                     *       },
                     *       "started_at": "2026-11-23T10:00:00.000Z",
                     *       "ended_at": "2026-11-23T10:00:05.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Run"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["RunNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    usageGet: {
        parameters: {
            query: {
                /** @description What to add up by */
                group_by: "agent" | "key" | "model" | "day";
                /** @description Only those of this agent */
                agent_id?: string;
                /** @description Only what began at this time or later: an RFC 3339 time, or a date */
                since?: string;
                /** @description Only what began before this time, which is not before `since` */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "groups": [
                     *         {
                     *           "name": "my-agent",
                     *           "runs": 12,
                     *           "duration_seconds": 48.2,
                     *           "usage": {
                     *             "prompt_tokens": 15000,
                     *             "completion_tokens": 4000,
                     *             "cached_tokens": 9000,
                     *             "reasoning_tokens": 0
                     *           },
                     *           "cost": 0.31,
                     *           "unpriced_steps": 0
                     *         }
                     *       ],
                     *       "total": {
                     *         "runs": 12,
                     *         "duration_seconds": 48.2,
                     *         "usage": {
                     *           "prompt_tokens": 15000,
                     *           "completion_tokens": 4000,
                     *           "cached_tokens": 9000,
                     *           "reasoning_tokens": 0
                     *         },
                     *         "cost": 0.31,
                     *         "unpriced_steps": 0
                     *       },
                     *       "prices_from": "2026-11-01"
                     *     }
                     */
                    "application/json": components["schemas"]["UsageReport"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    approvalsList: {
        parameters: {
            query?: {
                /** @description Only those with this status */
                status?: "pending" | "approved" | "denied" | "cancelled" | "void";
                /** @description Only those of this agent */
                agent_id?: string;
                /** @description Only those of this conversation */
                conversation_id?: string;
                /** @description The most to return */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "approvals": [
                     *         {
                     *           "id": "appr-1",
                     *           "status": "pending",
                     *           "agent_id": "my-agent",
                     *           "conversation_id": "conv-1",
                     *           "run_id": "run-1",
                     *           "tool_call_id": "call-1",
                     *           "tool": "github__create_issue",
                     *           "description": "Creates an issue in a repository",
                     *           "args": {
                     *             "title": "The door does not close"
                     *           },
                     *           "reason": null,
                     *           "resumed_by": null,
                     *           "stands_for": null,
                     *           "created_at": "2026-11-23T10:00:00.000Z",
                     *           "resolved_at": null,
                     *           "resolved_by": null
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["ApprovalList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    approvalsAnswer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The approval identifier */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "approved": true
                 *     }
                 */
                "application/json": components["schemas"]["ApprovalAnswer"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "appr-1",
                     *       "status": "approved",
                     *       "agent_id": "my-agent",
                     *       "conversation_id": "conv-1",
                     *       "run_id": "run-1",
                     *       "tool_call_id": "call-1",
                     *       "tool": "github__create_issue",
                     *       "description": "Creates an issue in a repository",
                     *       "args": {
                     *         "title": "The door does not close"
                     *       },
                     *       "reason": null,
                     *       "resumed_by": "run-2",
                     *       "stands_for": null,
                     *       "created_at": "2026-11-23T10:00:00.000Z",
                     *       "resolved_at": "2026-11-23T10:01:00.000Z",
                     *       "resolved_by": null
                     *     }
                     */
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFoundOrApprovalNotFoundOrConversationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ApprovalResolvedOrConversationBusy"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Draining"];
        };
    };
    conversationsList: {
        parameters: {
            query?: {
                /** @description Only those of this agent */
                agent_id?: string;
                /** @description Only those with this text, in upper or lower case */
                query?: string;
                /** @description The most to return */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "conversations": [
                     *         {
                     *           "id": "conv-1",
                     *           "agent_id": "my-agent",
                     *           "title": "What is the weather in Paris?",
                     *           "message_count": 2,
                     *           "created_at": "2026-11-23T10:00:00.000Z",
                     *           "updated_at": "2026-11-23T10:00:05.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    conversationsGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation identifier */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "conv-1",
                     *       "agent_id": "my-agent",
                     *       "title": "What is the weather in Paris?",
                     *       "message_count": 2,
                     *       "created_at": "2026-11-23T10:00:00.000Z",
                     *       "updated_at": "2026-11-23T10:00:05.000Z",
                     *       "messages": [
                     *         {
                     *           "id": "msg-1",
                     *           "role": "user",
                     *           "content": "What is the weather in Paris?",
                     *           "created_at": "2026-11-23T10:00:00.000Z"
                     *         },
                     *         {
                     *           "id": "msg-2",
                     *           "role": "assistant",
                     *           "content": "It is 18 °C.",
                     *           "created_at": "2026-11-23T10:00:05.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["ConversationNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    conversationsDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation identifier */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["ConversationNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    conversationsRewind: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation identifier */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "message_id": "msg-3"
                 *     }
                 */
                "application/json": components["schemas"]["RewindConversation"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "conv-1",
                     *       "agent_id": "my-agent",
                     *       "title": "What is the weather in Paris?",
                     *       "message_count": 2,
                     *       "created_at": "2026-11-23T10:00:00.000Z",
                     *       "updated_at": "2026-11-23T10:00:05.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ConversationSummary"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["ConversationNotFoundOrMessageNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ConversationBusy"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    eventsFollow: {
        parameters: {
            query?: {
                /** @description The number of the last event that was read. The same as the header Last-Event-ID, which wins; 0: everything that is held */
                after?: number;
                /** @description `now`: end when what is held has been told. Absent: go on with what comes */
                until?: "now";
                /** @description Only events of these types: `types=run&types=approval`; absent: all */
                types?: ("run" | "approval" | "agent" | "conversation" | "mcp_server" | "sandbox")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "run",
                     *       "number": 1795514400000000,
                     *       "at": "2026-11-23T10:00:00.000Z",
                     *       "id": "run-1",
                     *       "status": "running",
                     *       "agent_id": "my-agent",
                     *       "conversation_id": "conv-1",
                     *       "parent_run_id": null
                     *     }
                     */
                    "text/event-stream": components["schemas"]["LiveEvent"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agUiAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "protocol": "ag-ui",
                     *       "version": "0.1.0",
                     *       "agents": [
                     *         {
                     *           "agent_id": "my-agent",
                     *           "endpoint": "/api/v1/ag-ui/my-agent/",
                     *           "id": "my-agent",
                     *           "name": "My Custom Agent"
                     *         }
                     *       ],
                     *       "agents_endpoint": "/api/v1/ag-ui/agents",
                     *       "terminate_endpoint": "/api/v1/ag-ui/terminate",
                     *       "note": "Each agent is mounted at /api/v1/ag-ui/{agent_id}/ (trailing slash required)",
                     *       "count": 1
                     *     }
                     */
                    "application/json": components["schemas"]["AgUiAgentList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agUiInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "protocol": "ag-ui",
                     *       "version": "0.1.0",
                     *       "agents": [
                     *         {
                     *           "agent_id": "my-agent",
                     *           "endpoint": "/api/v1/ag-ui/my-agent/",
                     *           "id": "my-agent",
                     *           "name": "My Custom Agent"
                     *         }
                     *       ],
                     *       "agents_endpoint": "/api/v1/ag-ui/agents",
                     *       "terminate_endpoint": "/api/v1/ag-ui/terminate",
                     *       "note": "Each agent is mounted at /api/v1/ag-ui/{agent_id}/ (trailing slash required)",
                     *       "count": 1,
                     *       "description": "Agent-User Interaction protocol: agents stream what they do as server-sent events",
                     *       "protocol_version": "1.0",
                     *       "capabilities": {
                     *         "transport": {
                     *           "streaming": true
                     *         },
                     *         "tools": {
                     *           "supported": true,
                     *           "clientProvided": true
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AgUiInfo"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agUiRun: {
        parameters: {
            query?: {
                /** @description How keys of events are spelled. Absent: both spellings to a body that says thread_id or run_id, else camelCase alone */
                casing?: "camel" | "snake" | "both";
            };
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "thread_id": "thread-123",
                 *       "run_id": "run-456",
                 *       "messages": [
                 *         {
                 *           "id": "msg-1",
                 *           "role": "user",
                 *           "content": "Hello, how are you?"
                 *         }
                 *       ],
                 *       "state": {},
                 *       "tools": [],
                 *       "context": [],
                 *       "forwardedProps": {}
                 *     }
                 */
                "application/json": components["schemas"]["AgUiRun"];
            };
        };
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "TEXT_MESSAGE_CONTENT",
                     *       "message_id": "msg-2",
                     *       "delta": "Hello! "
                     *     }
                     */
                    "text/event-stream": components["schemas"]["AgUiEvent"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFoundOrApprovalNotFoundOrRunNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ApprovalPendingOrApprovalResolvedOrConversationBusy"];
            410: components["responses"]["EventsGone"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["BodiesFullOrDraining"];
        };
    };
    agUiConnect: {
        parameters: {
            query?: {
                /** @description How keys of events are spelled. Absent: both spellings to a body that says thread_id or run_id, else camelCase alone */
                casing?: "camel" | "snake" | "both";
            };
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "thread_id": "thread-123",
                 *       "run_id": "run-456"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiConnect"];
            };
        };
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "TEXT_MESSAGE_CONTENT",
                     *       "message_id": "msg-2",
                     *       "delta": "Hello! "
                     *     }
                     */
                    "text/event-stream": components["schemas"]["AgUiEvent"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFoundOrRunNotFound"];
            408: components["responses"]["RequestTimeout"];
            410: components["responses"]["EventsGone"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    agUiTerminate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "thread_id": "thread-123",
                 *       "run_id": "run-456"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiTerminate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "Run terminated",
                     *       "thread_id": "thread-123",
                     *       "run_id": "run-456"
                     *     }
                     */
                    "application/json": components["schemas"]["AgUiTerminated"];
                };
            };
            400: components["responses"]["MalformedJson"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    a2aAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "protocol": "a2a",
                     *       "version": "0.1.0",
                     *       "protocol_versions": [
                     *         "1.0",
                     *         "0.3"
                     *       ],
                     *       "agents": [
                     *         {
                     *           "agent_id": "my-agent",
                     *           "name": "My Custom Agent",
                     *           "endpoint": "/api/v1/a2a/my-agent/",
                     *           "card_endpoint": "/api/v1/a2a/my-agent/.well-known/agent-card.json"
                     *         }
                     *       ],
                     *       "agents_endpoint": "/api/v1/a2a/agents",
                     *       "count": 1
                     *     }
                     */
                    "application/json": components["schemas"]["A2aAgentList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    a2uiInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "protocol": "a2ui",
                     *       "version": "0.9",
                     *       "catalogs": [
                     *         "https://a2ui.org/specification/v0_9/catalogs/basic/catalog.json"
                     *       ],
                     *       "extension_uri": "https://a2ui.org/a2a-extension/a2ui/v0.9",
                     *       "agents": [
                     *         {
                     *           "agent_id": "my-agent",
                     *           "name": "My Custom Agent",
                     *           "endpoint": "/api/v1/a2ui/my-agent/"
                     *         }
                     *       ],
                     *       "agents_endpoint": "/api/v1/a2ui/agents",
                     *       "count": 1
                     *     }
                     */
                    "application/json": components["schemas"]["A2uiInfo"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    a2uiAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "protocol": "a2ui",
                     *       "version": "0.9",
                     *       "catalogs": [
                     *         "https://a2ui.org/specification/v0_9/catalogs/basic/catalog.json"
                     *       ],
                     *       "extension_uri": "https://a2ui.org/a2a-extension/a2ui/v0.9",
                     *       "agents": [
                     *         {
                     *           "agent_id": "my-agent",
                     *           "name": "My Custom Agent",
                     *           "endpoint": "/api/v1/a2ui/my-agent/"
                     *         }
                     *       ],
                     *       "agents_endpoint": "/api/v1/a2ui/agents",
                     *       "count": 1
                     *     }
                     */
                    "application/json": components["schemas"]["A2uiInfo"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    a2uiRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "message": "Show me the weather in Paris"
                 *     }
                 */
                "application/json": components["schemas"]["A2uiRequest"];
            };
        };
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": "v0.9",
                     *       "updateDataModel": {
                     *         "surfaceId": "conv-1:weather",
                     *         "path": "/city",
                     *         "value": "Paris"
                     *       }
                     *     }
                     */
                    "text/event-stream": components["schemas"]["A2uiEvent"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFoundOrRunNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ApprovalPendingOrConversationBusyOrRunExists"];
            410: components["responses"]["EventsGone"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Draining"];
        };
    };
    mcpUiInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "protocol": "mcp-ui",
                     *       "version": "2026-01-26",
                     *       "extension": "io.modelcontextprotocol/ui",
                     *       "mime_types": [
                     *         "text/html;profile=mcp-app"
                     *       ],
                     *       "agents": [
                     *         {
                     *           "agent_id": "my-agent",
                     *           "name": "My Custom Agent",
                     *           "endpoint": "/api/v1/mcp-ui/my-agent/",
                     *           "ui_tools": [
                     *             {
                     *               "server": "budget",
                     *               "tool": "get-budget-data",
                     *               "resource_uri": "ui://budget-allocator/mcp-app.html"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "agents_endpoint": "/api/v1/mcp-ui/agents",
                     *       "count": 1
                     *     }
                     */
                    "application/json": components["schemas"]["McpUiInfo"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpUiAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "protocol": "mcp-ui",
                     *       "version": "2026-01-26",
                     *       "extension": "io.modelcontextprotocol/ui",
                     *       "mime_types": [
                     *         "text/html;profile=mcp-app"
                     *       ],
                     *       "agents": [
                     *         {
                     *           "agent_id": "my-agent",
                     *           "name": "My Custom Agent",
                     *           "endpoint": "/api/v1/mcp-ui/my-agent/",
                     *           "ui_tools": [
                     *             {
                     *               "server": "budget",
                     *               "tool": "get-budget-data",
                     *               "resource_uri": "ui://budget-allocator/mcp-app.html"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "agents_endpoint": "/api/v1/mcp-ui/agents",
                     *       "count": 1
                     *     }
                     */
                    "application/json": components["schemas"]["McpUiInfo"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpUiRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "message": "Show my budget"
                 *     }
                 */
                "application/json": components["schemas"]["McpUiRun"];
            };
        };
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "text",
                     *       "content": "Here is your budget."
                     *     }
                     */
                    "text/event-stream": components["schemas"]["McpUiEvent"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFoundOrRunNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ApprovalPendingOrConversationBusyOrRunExists"];
            410: components["responses"]["EventsGone"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Draining"];
        };
    };
    mcpUiCall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "uri": "ui://budget-allocator/mcp-app.html",
                 *       "method": "tools/list"
                 *     }
                 */
                "application/json": components["schemas"]["McpUiCall"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "result": {
                     *         "content": [
                     *           {
                     *             "type": "text",
                     *             "text": "42"
                     *           }
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["McpUiAnswer"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFoundOrMcpToolNotFoundOrUiResourceNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            502: components["responses"]["McpServerFailed"];
            504: components["responses"]["McpServerTimeout"];
        };
    };
    mcpUiTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "uri": "ui://budget-allocator/mcp-app.html",
                 *       "server": "budget"
                 *     }
                 */
                "application/json": components["schemas"]["McpUiTicket"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "url": "/api/v1/mcp-ui-page?ticket=xxx",
                     *       "expires_at": "2026-11-23T10:01:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["McpUiTicketUrl"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFoundOrUiResourceNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    vercelAiAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "protocol": "vercel-ai",
                     *       "version": "v1",
                     *       "agents": [
                     *         {
                     *           "agent_id": "my-agent",
                     *           "name": "My Custom Agent",
                     *           "endpoint": "/api/v1/vercel-ai/my-agent"
                     *         }
                     *       ],
                     *       "agents_endpoint": "/api/v1/vercel-ai/agents",
                     *       "count": 1
                     *     }
                     */
                    "application/json": components["schemas"]["VercelAiAgentList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    vercelAiChat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "chat-1",
                 *       "messages": [
                 *         {
                 *           "id": "msg-1",
                 *           "role": "user",
                 *           "parts": [
                 *             {
                 *               "type": "text",
                 *               "text": "Hello, how are you?"
                 *             }
                 *           ]
                 *         }
                 *       ],
                 *       "trigger": "submit-message"
                 *     }
                 */
                "application/json": components["schemas"]["VercelAiChat"];
            };
        };
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON, that of the last frame `[DONE]` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "text-delta",
                     *       "id": "msg-2",
                     *       "delta": "Hello! "
                     *     }
                     */
                    "text/event-stream": components["schemas"]["VercelAiChunk"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFoundOrApprovalNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ApprovalPendingOrApprovalResolvedOrConversationBusy"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["BodiesFullOrDraining"];
        };
    };
    vercelAiMessages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
                /** @description The id of the chat, which is that of its conversation */
                chat_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "chat-1",
                     *       "messages": [
                     *         {
                     *           "id": "msg-1",
                     *           "role": "user",
                     *           "parts": [
                     *             {
                     *               "type": "text",
                     *               "text": "Hello, how are you?"
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["VercelAiChatMessages"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    vercelAiResume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
                /** @description The id of the chat, which is that of its conversation */
                chat_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON, that of the last frame `[DONE]` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "text-delta",
                     *       "id": "msg-2",
                     *       "delta": "Hello! "
                     *     }
                     */
                    "text/event-stream": components["schemas"]["VercelAiChunk"];
                };
            };
            /** @description Done; the answer has no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    openaiModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "object": "list",
                     *       "data": [
                     *         {
                     *           "id": "my-agent",
                     *           "object": "model",
                     *           "created": 1795428000,
                     *           "owned_by": "agent-runtimes",
                     *           "name": "My Custom Agent"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAiModelList"];
                };
            };
            401: components["responses"]["UnauthorizedAsOpenAiError"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowedAsOpenAiError"];
            429: components["responses"]["RateLimitedAsOpenAiError"];
            500: components["responses"]["InternalAsOpenAiError"];
        };
    };
    openaiModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "my-agent",
                     *       "object": "model",
                     *       "created": 1795428000,
                     *       "owned_by": "agent-runtimes",
                     *       "name": "My Custom Agent"
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAiModel"];
                };
            };
            400: components["responses"]["MalformedUrlAsOpenAiError"];
            401: components["responses"]["UnauthorizedAsOpenAiError"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowedAsOpenAiError"];
            404: components["responses"]["AgentNotFoundAsOpenAiError"];
            422: components["responses"]["ValidationFailedAsOpenAiError"];
            429: components["responses"]["RateLimitedAsOpenAiError"];
            500: components["responses"]["InternalAsOpenAiError"];
        };
    };
    openaiChat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "model": "my-agent",
                 *       "messages": [
                 *         {
                 *           "role": "user",
                 *           "content": "Hello, how are you?"
                 *         }
                 *       ],
                 *       "stream": true,
                 *       "stream_options": {
                 *         "include_usage": true
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiChat"];
            };
        };
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON, that of the last frame `[DONE]` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "run-1",
                     *       "object": "chat.completion.chunk",
                     *       "created": 1795428000,
                     *       "model": "my-agent",
                     *       "choices": [
                     *         {
                     *           "index": 0,
                     *           "delta": {
                     *             "content": "Hello! "
                     *           },
                     *           "logprobs": null,
                     *           "finish_reason": null
                     *         }
                     *       ]
                     *     }
                     */
                    "text/event-stream": components["schemas"]["OpenAiChatChunk"] | components["schemas"]["OpenAiError"];
                    /**
                     * @example {
                     *       "id": "run-1",
                     *       "object": "chat.completion",
                     *       "created": 1795428000,
                     *       "model": "my-agent",
                     *       "choices": [
                     *         {
                     *           "index": 0,
                     *           "message": {
                     *             "role": "assistant",
                     *             "content": "Hello!",
                     *             "refusal": null
                     *           },
                     *           "logprobs": null,
                     *           "finish_reason": "stop"
                     *         }
                     *       ],
                     *       "usage": {
                     *         "prompt_tokens": 150,
                     *         "completion_tokens": 20,
                     *         "total_tokens": 170,
                     *         "prompt_tokens_details": {
                     *           "cached_tokens": 0
                     *         },
                     *         "completion_tokens_details": {
                     *           "reasoning_tokens": 0
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAiChatCompletion"];
                };
            };
            400: components["responses"]["MalformedJsonAsOpenAiError"];
            401: components["responses"]["UnauthorizedAsOpenAiError"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowedAsOpenAiError"];
            404: components["responses"]["AgentNotFoundAsOpenAiError"];
            408: components["responses"]["RequestTimeoutAsOpenAiError"];
            409: components["responses"]["ApprovalPendingOrConversationBusyOrRunCancelledAsOpenAiError"];
            413: components["responses"]["BodyTooLargeOrFileTooLargeAsOpenAiError"];
            415: components["responses"]["NotJsonAsOpenAiError"];
            422: components["responses"]["FileNotFetchedOrFileNotTakenOrValidationFailedAsOpenAiError"];
            429: components["responses"]["RateLimitedAsOpenAiError"];
            500: components["responses"]["InternalAsOpenAiError"];
            502: components["responses"]["ModelFailedOrModelNotConfiguredOrOutputInvalidAsOpenAiError"];
            503: components["responses"]["BodiesFullOrDrainingOrRunInterruptedAsOpenAiError"];
            504: components["responses"]["ModelTimeoutAsOpenAiError"];
        };
    };
    openaiRespond: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "model": "my-agent",
                 *       "input": "Hello, how are you?",
                 *       "stream": true
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiResponseRequest"];
            };
        };
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "response.output_text.delta",
                     *       "item_id": "msg-0-run-1",
                     *       "output_index": 0,
                     *       "content_index": 0,
                     *       "delta": "Hello! ",
                     *       "logprobs": [],
                     *       "sequence_number": 5
                     *     }
                     */
                    "text/event-stream": components["schemas"]["OpenAiResponseEvent"];
                    /**
                     * @example {
                     *       "id": "run-1",
                     *       "object": "response",
                     *       "created_at": 1795428000,
                     *       "completed_at": 1795428005,
                     *       "status": "completed",
                     *       "model": "my-agent",
                     *       "conversation": {
                     *         "id": "conv-1"
                     *       },
                     *       "output": [
                     *         {
                     *           "type": "message",
                     *           "id": "msg-0-run-1",
                     *           "status": "completed",
                     *           "role": "assistant",
                     *           "content": [
                     *             {
                     *               "type": "output_text",
                     *               "text": "Hello!",
                     *               "annotations": [],
                     *               "logprobs": []
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "error": null,
                     *       "incomplete_details": null,
                     *       "usage": {
                     *         "input_tokens": 150,
                     *         "input_tokens_details": {
                     *           "cached_tokens": 0,
                     *           "cache_write_tokens": 0
                     *         },
                     *         "output_tokens": 20,
                     *         "output_tokens_details": {
                     *           "reasoning_tokens": 0
                     *         },
                     *         "total_tokens": 170
                     *       },
                     *       "access_programs": null,
                     *       "background": false,
                     *       "instructions": null,
                     *       "max_output_tokens": null,
                     *       "max_tool_calls": null,
                     *       "metadata": {},
                     *       "parallel_tool_calls": true,
                     *       "previous_response_id": null,
                     *       "prompt_cache_key": null,
                     *       "reasoning": {
                     *         "effort": null,
                     *         "summary": null
                     *       },
                     *       "safety_identifier": null,
                     *       "service_tier": "default",
                     *       "store": true,
                     *       "temperature": null,
                     *       "text": {
                     *         "format": {
                     *           "type": "text"
                     *         }
                     *       },
                     *       "tool_choice": "auto",
                     *       "tools": [],
                     *       "top_logprobs": null,
                     *       "top_p": null,
                     *       "truncation": "disabled",
                     *       "user": null
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAiResponse"];
                };
            };
            400: components["responses"]["MalformedJsonAsOpenAiError"];
            401: components["responses"]["UnauthorizedAsOpenAiError"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowedAsOpenAiError"];
            404: components["responses"]["AgentNotFoundOrApprovalNotFoundOrRunNotFoundAsOpenAiError"];
            408: components["responses"]["RequestTimeoutAsOpenAiError"];
            409: components["responses"]["ApprovalPendingOrApprovalResolvedOrConversationBusyAsOpenAiError"];
            413: components["responses"]["BodyTooLargeAsOpenAiError"];
            415: components["responses"]["NotJsonAsOpenAiError"];
            422: components["responses"]["ValidationFailedAsOpenAiError"];
            429: components["responses"]["RateLimitedAsOpenAiError"];
            500: components["responses"]["InternalAsOpenAiError"];
            503: components["responses"]["BodiesFullOrDrainingAsOpenAiError"];
        };
    };
    openaiResponse: {
        parameters: {
            query?: {
                /** @description Whether it is told as events */
                stream?: "true" | "false";
                /** @description The number of the last event that was read */
                starting_after?: number;
                /** @description Has no effect */
                include_obfuscation?: "true" | "false";
                /** @description Has no effect */
                "include[]"?: string[];
            };
            header?: never;
            path: {
                /** @description The id of the response, which is that of its run */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "response.output_text.delta",
                     *       "item_id": "msg-0-run-1",
                     *       "output_index": 0,
                     *       "content_index": 0,
                     *       "delta": "Hello! ",
                     *       "logprobs": [],
                     *       "sequence_number": 5
                     *     }
                     */
                    "text/event-stream": components["schemas"]["OpenAiResponseEvent"];
                    /**
                     * @example {
                     *       "id": "run-1",
                     *       "object": "response",
                     *       "created_at": 1795428000,
                     *       "completed_at": 1795428005,
                     *       "status": "completed",
                     *       "model": "my-agent",
                     *       "conversation": {
                     *         "id": "conv-1"
                     *       },
                     *       "output": [
                     *         {
                     *           "type": "message",
                     *           "id": "msg-0-run-1",
                     *           "status": "completed",
                     *           "role": "assistant",
                     *           "content": [
                     *             {
                     *               "type": "output_text",
                     *               "text": "Hello!",
                     *               "annotations": [],
                     *               "logprobs": []
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "error": null,
                     *       "incomplete_details": null,
                     *       "usage": {
                     *         "input_tokens": 150,
                     *         "input_tokens_details": {
                     *           "cached_tokens": 0,
                     *           "cache_write_tokens": 0
                     *         },
                     *         "output_tokens": 20,
                     *         "output_tokens_details": {
                     *           "reasoning_tokens": 0
                     *         },
                     *         "total_tokens": 170
                     *       },
                     *       "access_programs": null,
                     *       "background": false,
                     *       "instructions": null,
                     *       "max_output_tokens": null,
                     *       "max_tool_calls": null,
                     *       "metadata": {},
                     *       "parallel_tool_calls": true,
                     *       "previous_response_id": null,
                     *       "prompt_cache_key": null,
                     *       "reasoning": {
                     *         "effort": null,
                     *         "summary": null
                     *       },
                     *       "safety_identifier": null,
                     *       "service_tier": "default",
                     *       "store": true,
                     *       "temperature": null,
                     *       "text": {
                     *         "format": {
                     *           "type": "text"
                     *         }
                     *       },
                     *       "tool_choice": "auto",
                     *       "tools": [],
                     *       "top_logprobs": null,
                     *       "top_p": null,
                     *       "truncation": "disabled",
                     *       "user": null
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAiResponse"];
                };
            };
            400: components["responses"]["MalformedUrlAsOpenAiError"];
            401: components["responses"]["UnauthorizedAsOpenAiError"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowedAsOpenAiError"];
            404: components["responses"]["RunNotFoundAsOpenAiError"];
            410: components["responses"]["EventsGoneAsOpenAiError"];
            422: components["responses"]["ValidationFailedAsOpenAiError"];
            429: components["responses"]["RateLimitedAsOpenAiError"];
            500: components["responses"]["InternalAsOpenAiError"];
        };
    };
    openaiCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the response, which is that of its run */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "run-1",
                     *       "object": "response",
                     *       "created_at": 1795428000,
                     *       "completed_at": 1795428005,
                     *       "status": "cancelled",
                     *       "model": "my-agent",
                     *       "conversation": {
                     *         "id": "conv-1"
                     *       },
                     *       "output": [
                     *         {
                     *           "type": "message",
                     *           "id": "msg-0-run-1",
                     *           "status": "completed",
                     *           "role": "assistant",
                     *           "content": [
                     *             {
                     *               "type": "output_text",
                     *               "text": "Hello!",
                     *               "annotations": [],
                     *               "logprobs": []
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "error": null,
                     *       "incomplete_details": null,
                     *       "usage": {
                     *         "input_tokens": 150,
                     *         "input_tokens_details": {
                     *           "cached_tokens": 0,
                     *           "cache_write_tokens": 0
                     *         },
                     *         "output_tokens": 20,
                     *         "output_tokens_details": {
                     *           "reasoning_tokens": 0
                     *         },
                     *         "total_tokens": 170
                     *       },
                     *       "access_programs": null,
                     *       "background": true,
                     *       "instructions": null,
                     *       "max_output_tokens": null,
                     *       "max_tool_calls": null,
                     *       "metadata": {},
                     *       "parallel_tool_calls": true,
                     *       "previous_response_id": null,
                     *       "prompt_cache_key": null,
                     *       "reasoning": {
                     *         "effort": null,
                     *         "summary": null
                     *       },
                     *       "safety_identifier": null,
                     *       "service_tier": "default",
                     *       "store": true,
                     *       "temperature": null,
                     *       "text": {
                     *         "format": {
                     *           "type": "text"
                     *         }
                     *       },
                     *       "tool_choice": "auto",
                     *       "tools": [],
                     *       "top_logprobs": null,
                     *       "top_p": null,
                     *       "truncation": "disabled",
                     *       "user": null
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAiResponse"];
                };
            };
            400: components["responses"]["MalformedUrlAsOpenAiError"];
            401: components["responses"]["UnauthorizedAsOpenAiError"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowedAsOpenAiError"];
            404: components["responses"]["RunNotFoundAsOpenAiError"];
            422: components["responses"]["ValidationFailedAsOpenAiError"];
            429: components["responses"]["RateLimitedAsOpenAiError"];
            500: components["responses"]["InternalAsOpenAiError"];
        };
    };
    acpAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "protocol": "acp",
                     *       "version": 1,
                     *       "agents": [
                     *         {
                     *           "agent_id": "my-agent",
                     *           "name": "My Custom Agent",
                     *           "endpoint": "/api/v1/acp/ws/my-agent"
                     *         }
                     *       ],
                     *       "agents_endpoint": "/api/v1/acp/agents",
                     *       "count": 1
                     *     }
                     */
                    "application/json": components["schemas"]["AcpAgentList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    examplesList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "examples": [
                     *         {
                     *           "id": "agentic_chat",
                     *           "name": "Agentic chat",
                     *           "description": "A conversation with an agent that knows the time, and calls what tools you bring",
                     *           "endpoint": "/api/v1/examples/agentic_chat/",
                     *           "features": [
                     *             "streaming",
                     *             "backend_tools",
                     *             "frontend_tools"
                     *           ]
                     *         }
                     *       ],
                     *       "count": 1,
                     *       "protocol": "ag-ui"
                     *     }
                     */
                    "application/json": components["schemas"]["ExampleList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    examplesRun: {
        parameters: {
            query?: {
                /** @description How keys of events are spelled. Absent: both spellings to a body that says thread_id or run_id, else camelCase alone */
                casing?: "camel" | "snake" | "both";
            };
            header?: never;
            path: {
                /** @description The name of the example */
                example_name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "thread_id": "thread-123",
                 *       "run_id": "run-456",
                 *       "messages": [
                 *         {
                 *           "id": "msg-1",
                 *           "role": "user",
                 *           "content": "Hello, how are you?"
                 *         }
                 *       ],
                 *       "state": {},
                 *       "tools": [],
                 *       "context": [],
                 *       "forwardedProps": {}
                 *     }
                 */
                "application/json": components["schemas"]["AgUiRun"];
            };
        };
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "TEXT_MESSAGE_CONTENT",
                     *       "message_id": "msg-2",
                     *       "delta": "Hello! "
                     *     }
                     */
                    "text/event-stream": components["schemas"]["AgUiEvent"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["ApprovalNotFoundOrExampleNotFoundOrRunNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ApprovalPendingOrApprovalResolvedOrConversationBusy"];
            410: components["responses"]["EventsGone"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["BodiesFullOrDraining"];
        };
    };
    mcpServersList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "tavily",
                     *         "name": "Tavily Search",
                     *         "description": "Web search and research capabilities",
                     *         "enabled": true,
                     *         "tools": [
                     *           {
                     *             "name": "tavily_search",
                     *             "description": "Search the web using Tavily",
                     *             "enabled": true,
                     *             "inputSchema": {
                     *               "type": "object",
                     *               "properties": {
                     *                 "query": {
                     *                   "type": "string"
                     *                 }
                     *               },
                     *               "required": [
                     *                 "query"
                     *               ]
                     *             }
                     *           }
                     *         ],
                     *         "command": "npx",
                     *         "args": [
                     *           "-y",
                     *           "tavily-mcp@0.2.22"
                     *         ],
                     *         "requiredEnvVars": [
                     *           "TAVILY_API_KEY"
                     *         ],
                     *         "envVars": [
                     *           "TAVILY_API_KEY"
                     *         ],
                     *         "isAvailable": true,
                     *         "isRunning": true,
                     *         "isConfig": true,
                     *         "origin": "config",
                     *         "transport": "stdio",
                     *         "status": "running",
                     *         "error": null,
                     *         "problems": []
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["McpServers"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersCreate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "my-server",
                 *       "name": "My Custom Server",
                 *       "command": "npx",
                 *       "args": [
                 *         "-y",
                 *         "my-mcp-server"
                 *       ],
                 *       "enabled": true
                 *     }
                 */
                "application/json": components["schemas"]["CreateMcpServer"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description The path of the new resource */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "my-server",
                     *       "name": "My Custom Server",
                     *       "description": "",
                     *       "enabled": true,
                     *       "tools": [],
                     *       "command": "npx",
                     *       "args": [
                     *         "-y",
                     *         "my-mcp-server"
                     *       ],
                     *       "requiredEnvVars": [],
                     *       "envVars": [],
                     *       "isAvailable": true,
                     *       "isRunning": false,
                     *       "isConfig": false,
                     *       "origin": "custom",
                     *       "transport": "stdio",
                     *       "status": "starting",
                     *       "error": null,
                     *       "problems": []
                     *     }
                     */
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            400: components["responses"]["MalformedJson"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowedOrSpawnForbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["McpServerExists"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersListConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "tavily",
                     *         "name": "Tavily Search",
                     *         "description": "Web search and research capabilities",
                     *         "enabled": true,
                     *         "tools": [
                     *           {
                     *             "name": "tavily_search",
                     *             "description": "Search the web using Tavily",
                     *             "enabled": true,
                     *             "inputSchema": {
                     *               "type": "object",
                     *               "properties": {
                     *                 "query": {
                     *                   "type": "string"
                     *                 }
                     *               },
                     *               "required": [
                     *                 "query"
                     *               ]
                     *             }
                     *           }
                     *         ],
                     *         "command": "npx",
                     *         "args": [
                     *           "-y",
                     *           "tavily-mcp@0.2.22"
                     *         ],
                     *         "requiredEnvVars": [
                     *           "TAVILY_API_KEY"
                     *         ],
                     *         "envVars": [
                     *           "TAVILY_API_KEY"
                     *         ],
                     *         "isAvailable": true,
                     *         "isRunning": true,
                     *         "isConfig": true,
                     *         "origin": "config",
                     *         "transport": "stdio",
                     *         "status": "running",
                     *         "error": null,
                     *         "problems": []
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["McpServers"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersListCatalog: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "tavily",
                     *         "name": "Tavily Search",
                     *         "description": "Web search and research capabilities",
                     *         "enabled": true,
                     *         "tools": [],
                     *         "command": "npx",
                     *         "args": [
                     *           "-y",
                     *           "tavily-mcp@0.2.22"
                     *         ],
                     *         "requiredEnvVars": [
                     *           "TAVILY_API_KEY"
                     *         ],
                     *         "envVars": [
                     *           "TAVILY_API_KEY"
                     *         ],
                     *         "isAvailable": false,
                     *         "isRunning": false,
                     *         "isConfig": false,
                     *         "origin": "catalog",
                     *         "transport": "stdio",
                     *         "status": "stopped",
                     *         "error": null,
                     *         "problems": []
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["McpServers"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersListAvailable: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "tavily",
                     *         "name": "Tavily Search",
                     *         "description": "Web search and research capabilities",
                     *         "enabled": true,
                     *         "tools": [
                     *           {
                     *             "name": "tavily_search",
                     *             "description": "Search the web using Tavily",
                     *             "enabled": true,
                     *             "inputSchema": {
                     *               "type": "object",
                     *               "properties": {
                     *                 "query": {
                     *                   "type": "string"
                     *                 }
                     *               },
                     *               "required": [
                     *                 "query"
                     *               ]
                     *             }
                     *           }
                     *         ],
                     *         "command": "npx",
                     *         "args": [
                     *           "-y",
                     *           "tavily-mcp@0.2.22"
                     *         ],
                     *         "requiredEnvVars": [
                     *           "TAVILY_API_KEY"
                     *         ],
                     *         "envVars": [
                     *           "TAVILY_API_KEY"
                     *         ],
                     *         "isAvailable": true,
                     *         "isRunning": true,
                     *         "isConfig": true,
                     *         "origin": "config",
                     *         "transport": "stdio",
                     *         "status": "running",
                     *         "error": null,
                     *         "problems": []
                     *       },
                     *       {
                     *         "id": "tavily",
                     *         "name": "Tavily Search",
                     *         "description": "Web search and research capabilities",
                     *         "enabled": true,
                     *         "tools": [],
                     *         "command": "npx",
                     *         "args": [
                     *           "-y",
                     *           "tavily-mcp@0.2.22"
                     *         ],
                     *         "requiredEnvVars": [
                     *           "TAVILY_API_KEY"
                     *         ],
                     *         "envVars": [
                     *           "TAVILY_API_KEY"
                     *         ],
                     *         "isAvailable": false,
                     *         "isRunning": false,
                     *         "isConfig": false,
                     *         "origin": "catalog",
                     *         "transport": "stdio",
                     *         "status": "stopped",
                     *         "error": null,
                     *         "problems": []
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["McpServers"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The MCP server identifier */
                server_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tavily",
                     *       "name": "Tavily Search",
                     *       "description": "Web search and research capabilities",
                     *       "enabled": true,
                     *       "tools": [
                     *         {
                     *           "name": "tavily_search",
                     *           "description": "Search the web using Tavily",
                     *           "enabled": true,
                     *           "inputSchema": {
                     *             "type": "object",
                     *             "properties": {
                     *               "query": {
                     *                 "type": "string"
                     *               }
                     *             },
                     *             "required": [
                     *               "query"
                     *             ]
                     *           }
                     *         }
                     *       ],
                     *       "command": "npx",
                     *       "args": [
                     *         "-y",
                     *         "tavily-mcp@0.2.22"
                     *       ],
                     *       "requiredEnvVars": [
                     *         "TAVILY_API_KEY"
                     *       ],
                     *       "envVars": [
                     *         "TAVILY_API_KEY"
                     *       ],
                     *       "isAvailable": true,
                     *       "isRunning": true,
                     *       "isConfig": true,
                     *       "origin": "config",
                     *       "transport": "stdio",
                     *       "status": "running",
                     *       "error": null,
                     *       "problems": []
                     *     }
                     */
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["McpServerNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The MCP server identifier */
                server_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "My Custom Server",
                 *       "enabled": false
                 *     }
                 */
                "application/json": components["schemas"]["UpdateMcpServer"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "my-server",
                     *       "name": "My Custom Server",
                     *       "description": "",
                     *       "enabled": true,
                     *       "tools": [],
                     *       "command": "npx",
                     *       "args": [
                     *         "-y",
                     *         "my-mcp-server"
                     *       ],
                     *       "requiredEnvVars": [],
                     *       "envVars": [],
                     *       "isAvailable": true,
                     *       "isRunning": false,
                     *       "isConfig": false,
                     *       "origin": "custom",
                     *       "transport": "stdio",
                     *       "status": "starting",
                     *       "error": null,
                     *       "problems": []
                     *     }
                     */
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowedOrSpawnForbidden"];
            404: components["responses"]["McpServerNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The MCP server identifier */
                server_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["McpServerNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersLog: {
        parameters: {
            query?: {
                /** @description The most to return */
                lines?: number;
                /** @description Which of several servers of this id; absent: the first of config file, custom servers and catalog */
                origin?: "config" | "custom" | "catalog";
            };
            header?: never;
            path: {
                /** @description The MCP server identifier */
                server_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tavily",
                     *       "status": "running",
                     *       "error": null,
                     *       "lines": [
                     *         "Tavily MCP server running on stdio"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["McpServerLog"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["McpServerNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersLogEvents: {
        parameters: {
            query?: {
                /** @description The number of the last event that was read. The same as the header Last-Event-ID, which wins; 0: everything that is held */
                after?: number;
                /** @description `now`: end when what is held has been told. Absent: go on with what comes */
                until?: "now";
                /** @description Which of several servers of this id; absent: the first of config file, custom servers and catalog */
                origin?: "config" | "custom" | "catalog";
            };
            header?: never;
            path: {
                /** @description The MCP server identifier */
                server_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "line",
                     *       "number": 1795514400000000,
                     *       "at": "2026-11-23T10:00:00.000Z",
                     *       "line": "Tavily MCP server running on stdio"
                     *     }
                     */
                    "text/event-stream": components["schemas"]["McpServerLogEvent"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["McpServerNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersStart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The MCP server identifier */
                server_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "origin": "config"
                 *     }
                 */
                "application/json": components["schemas"]["StartMcpServer"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tavily",
                     *       "name": "Tavily Search",
                     *       "description": "Web search and research capabilities",
                     *       "enabled": true,
                     *       "tools": [
                     *         {
                     *           "name": "tavily_search",
                     *           "description": "Search the web using Tavily",
                     *           "enabled": true,
                     *           "inputSchema": {
                     *             "type": "object",
                     *             "properties": {
                     *               "query": {
                     *                 "type": "string"
                     *               }
                     *             },
                     *             "required": [
                     *               "query"
                     *             ]
                     *           }
                     *         }
                     *       ],
                     *       "command": "npx",
                     *       "args": [
                     *         "-y",
                     *         "tavily-mcp@0.2.22"
                     *       ],
                     *       "requiredEnvVars": [
                     *         "TAVILY_API_KEY"
                     *       ],
                     *       "envVars": [
                     *         "TAVILY_API_KEY"
                     *       ],
                     *       "isAvailable": true,
                     *       "isRunning": true,
                     *       "isConfig": true,
                     *       "origin": "config",
                     *       "transport": "stdio",
                     *       "status": "running",
                     *       "error": null,
                     *       "problems": []
                     *     }
                     */
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowedOrSpawnForbidden"];
            404: components["responses"]["McpServerNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalOrMcpStartFailedOrMcpVariablesMissing"];
        };
    };
    mcpServersStop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The MCP server identifier */
                server_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "origin": "config"
                 *     }
                 */
                "application/json": components["schemas"]["StopMcpServer"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tavily",
                     *       "name": "Tavily Search",
                     *       "description": "Web search and research capabilities",
                     *       "enabled": true,
                     *       "tools": [],
                     *       "command": "npx",
                     *       "args": [
                     *         "-y",
                     *         "tavily-mcp@0.2.22"
                     *       ],
                     *       "requiredEnvVars": [
                     *         "TAVILY_API_KEY"
                     *       ],
                     *       "envVars": [
                     *         "TAVILY_API_KEY"
                     *       ],
                     *       "isAvailable": true,
                     *       "isRunning": false,
                     *       "isConfig": true,
                     *       "origin": "config",
                     *       "transport": "stdio",
                     *       "status": "stopped",
                     *       "error": null,
                     *       "problems": []
                     *     }
                     */
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["McpServerNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersEnable: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the MCP server in the catalog */
                server_name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "env_vars": [
                 *         {
                 *           "name": "TAVILY_API_KEY",
                 *           "value": "tvly-xxx"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["EnableMcpServer"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tavily",
                     *       "name": "Tavily Search",
                     *       "description": "Web search and research capabilities",
                     *       "enabled": true,
                     *       "tools": [
                     *         {
                     *           "name": "tavily_search",
                     *           "description": "Search the web using Tavily",
                     *           "enabled": true,
                     *           "inputSchema": {
                     *             "type": "object",
                     *             "properties": {
                     *               "query": {
                     *                 "type": "string"
                     *               }
                     *             },
                     *             "required": [
                     *               "query"
                     *             ]
                     *           }
                     *         }
                     *       ],
                     *       "command": "npx",
                     *       "args": [
                     *         "-y",
                     *         "tavily-mcp@0.2.22"
                     *       ],
                     *       "requiredEnvVars": [
                     *         "TAVILY_API_KEY"
                     *       ],
                     *       "envVars": [
                     *         "TAVILY_API_KEY"
                     *       ],
                     *       "isAvailable": true,
                     *       "isRunning": true,
                     *       "isConfig": false,
                     *       "origin": "catalog",
                     *       "transport": "stdio",
                     *       "status": "running",
                     *       "error": null,
                     *       "problems": []
                     *     }
                     */
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["McpServerNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalOrMcpStartFailedOrMcpVariablesMissing"];
        };
    };
    mcpServersDisable: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the MCP server in the catalog */
                server_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["McpServerNotEnabled"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpServersImport: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "{\"mcpServers\": {\"my-server\": {\"command\": \"npx\", \"args\": [\"-y\", \"my-mcp-server\"], \"env\": {\"API_KEY\": \"${API_KEY}\"}}}}",
                 *       "dry_run": true
                 *     }
                 */
                "application/json": components["schemas"]["ImportMcpServers"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "servers": [
                     *         {
                     *           "id": "my-server",
                     *           "status": "created",
                     *           "detail": null,
                     *           "needs": [
                     *             "API_KEY"
                     *           ]
                     *         }
                     *       ],
                     *       "notes": []
                     *     }
                     */
                    "application/json": components["schemas"]["McpServersImport"];
                };
            };
            400: components["responses"]["MalformedJson"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpProxyCall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The MCP server identifier */
                server_id: string;
                /** @description The name of a tool of the MCP server */
                tool_name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "arguments": {
                 *         "expression": "6 * 7"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ProxyCall"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "result": {
                     *         "expression": "6 * 7",
                     *         "value": 42
                     *       },
                     *       "error": null,
                     *       "is_error": false
                     *     }
                     */
                    "application/json": components["schemas"]["ProxyResult"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["McpServerNotRunningOrMcpToolNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            502: components["responses"]["McpServerFailed"];
            504: components["responses"]["McpServerTimeout"];
        };
    };
    mcpProxyServers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "servers": [
                     *         {
                     *           "id": "tavily",
                     *           "name": "Tavily Search",
                     *           "is_config": false,
                     *           "is_running": true,
                     *           "tools": [
                     *             {
                     *               "name": "tavily_search",
                     *               "description": "Search the web using Tavily"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "total": 1
                     *     }
                     */
                    "application/json": components["schemas"]["ProxyServers"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    mcpProxyHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["ProxyHealth"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    configureGet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "models": [
                     *         {
                     *           "id": "openai:gpt-4o",
                     *           "name": "GPT-4o",
                     *           "provider": "openai",
                     *           "isAvailable": false,
                     *           "requiredEnvVars": [
                     *             "OPENAI_API_KEY"
                     *           ]
                     *         }
                     *       ],
                     *       "mcp_servers": [],
                     *       "tools": [
                     *         {
                     *           "name": "tavily_search",
                     *           "description": "Search the web using Tavily",
                     *           "server": "tavily"
                     *         }
                     *       ],
                     *       "default_model": "openai:gpt-4o"
                     *     }
                     */
                    "application/json": components["schemas"]["Configuration"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    configureModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "models": [
                     *         {
                     *           "id": "openai:gpt-4o",
                     *           "label": "gpt-4o",
                     *           "provider": "openai",
                     *           "is_ready": false,
                     *           "needs": "OPENAI_API_KEY",
                     *           "price": {
                     *             "input": 2.5,
                     *             "cached_input": 1.25,
                     *             "output": 10
                     *           }
                     *         }
                     *       ],
                     *       "default_model": "demo:rules"
                     *     }
                     */
                    "application/json": components["schemas"]["OfferedModels"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    configureToolsetsStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "initialized": true,
                     *       "ready_count": 3,
                     *       "failed_count": 0,
                     *       "ready_servers": [
                     *         "tavily",
                     *         "linkedin",
                     *         "kaggle"
                     *       ],
                     *       "failed_servers": {}
                     *     }
                     */
                    "application/json": components["schemas"]["McpToolsetsStatus"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    configureToolsetsInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "type": "MCPServerStdio",
                     *         "id": "tavily",
                     *         "command": "npx",
                     *         "args": [
                     *           "-y",
                     *           "tavily-mcp@0.1.3"
                     *         ]
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["McpToolsetsInfo"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    sandboxStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "variant": "local-eval",
                     *       "jupyter_url": null,
                     *       "jupyter_token_set": false,
                     *       "sandbox_running": true
                     *     }
                     */
                    "application/json": components["schemas"]["SandboxStatus"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    sandboxInterpreters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "interpreters": [
                     *         {
                     *           "agent_id": "my-agent",
                     *           "key": null,
                     *           "status": "ready",
                     *           "variant": "local-eval",
                     *           "last_used_at": "2026-11-23T10:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SandboxInterpreters"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            502: components["responses"]["SandboxUnavailable"];
        };
    };
    sandboxVariables: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "variables": [
                     *         {
                     *           "name": "answer",
                     *           "type": "int",
                     *           "repr": "42",
                     *           "size": null
                     *         }
                     *       ],
                     *       "more_variables": 0
                     *     }
                     */
                    "application/json": components["schemas"]["SandboxVariables"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimitedOrSandboxBusy"];
            500: components["responses"]["Internal"];
            502: components["responses"]["SandboxUnavailable"];
        };
    };
    sandboxConfigure: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "variant": "local-eval"
                 *     }
                 */
                "application/json": components["schemas"]["ConfigureSandbox"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "variant": "local-jupyter",
                     *       "jupyter_url": "http://localhost:8888",
                     *       "jupyter_token_set": true,
                     *       "sandbox_running": false
                     *     }
                     */
                    "application/json": components["schemas"]["SandboxStatus"];
                };
            };
            400: components["responses"]["JupyterUrlNotAllowedOrJupyterUrlRequiredOrMalformedJson"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            502: components["responses"]["SandboxUnavailable"];
        };
    };
    sandboxRestart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "variant": "local-jupyter",
                     *       "jupyter_url": "http://localhost:8888",
                     *       "jupyter_token_set": true,
                     *       "sandbox_running": true
                     *     }
                     */
                    "application/json": components["schemas"]["SandboxStatus"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalOrSandboxRestartFailed"];
            502: components["responses"]["SandboxUnavailable"];
        };
    };
    sandboxInterrupt: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "agent_id": "my-agent"
                 *     }
                 */
                "application/json": components["schemas"]["InterruptSandbox"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "interrupted": [
                     *         "my-agent"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SandboxInterrupted"];
                };
            };
            400: components["responses"]["MalformedJson"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            502: components["responses"]["SandboxUnavailable"];
        };
    };
    sandboxExecute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "6 * 7"
                 *     }
                 */
                "application/json": components["schemas"]["Execute"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "execution_id": "exec-1",
                     *       "status": "ok",
                     *       "stdout": "hello\n",
                     *       "stderr": "",
                     *       "result": {
                     *         "text/plain": "42"
                     *       },
                     *       "displays": [],
                     *       "error": null,
                     *       "exit_code": null,
                     *       "duration_ms": 1.2,
                     *       "queued_ms": 0.1,
                     *       "variables_lost": false,
                     *       "truncated": false,
                     *       "tool_calls": 0,
                     *       "notices": [],
                     *       "variant": "local-eval"
                     *     }
                     */
                    "application/json": components["schemas"]["ExecutionResult"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimitedOrSandboxBusy"];
            500: components["responses"]["Internal"];
            502: components["responses"]["SandboxUnavailable"];
            503: components["responses"]["Draining"];
        };
    };
    sandboxExecuteStream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent identifier */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "6 * 7"
                 *     }
                 */
                "application/json": components["schemas"]["Execute"];
            };
        };
        responses: {
            /** @description Server-sent events; the `data:` of each is one event as JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "stdout",
                     *       "text": "hello\n"
                     *     }
                     */
                    "text/event-stream": components["schemas"]["ExecutionEvent"];
                };
            };
            400: components["responses"]["MalformedJsonOrMalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["AgentNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimitedOrSandboxBusy"];
            500: components["responses"]["Internal"];
            502: components["responses"]["SandboxUnavailable"];
            503: components["responses"]["Draining"];
        };
    };
    skillsList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "skills": [
                     *         {
                     *           "name": "csv-summary",
                     *           "description": "Describes a CSV file: its columns, their types and their values.",
                     *           "origin": "bundled",
                     *           "default": false,
                     *           "license": "MIT",
                     *           "compatibility": null,
                     *           "allowed_tools": [],
                     *           "scripts": [
                     *             "scripts/summarize.py"
                     *           ],
                     *           "resources": [
                     *             "references/report.md"
                     *           ],
                     *           "warnings": []
                     *         }
                     *       ],
                     *       "problems": [
                     *         {
                     *           "path": "broken-skill",
                     *           "reason": "SKILL.md states no description"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SkillList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
    skillsGet: {
        parameters: {
            query?: {
                /** @description One of `files`, to be read */
                path?: string;
            };
            header?: never;
            path: {
                /** @description The name of the skill */
                skill_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "csv-summary",
                     *       "description": "Describes a CSV file: its columns, their types and their values.",
                     *       "origin": "bundled",
                     *       "default": false,
                     *       "license": "MIT",
                     *       "compatibility": null,
                     *       "allowed_tools": [],
                     *       "scripts": [
                     *         "scripts/summarize.py"
                     *       ],
                     *       "resources": [
                     *         "references/report.md"
                     *       ],
                     *       "warnings": [],
                     *       "text": "---\nname: csv-summary\ndescription: Describes a CSV file.\n---\nRun scripts/summarize.py.\n",
                     *       "files": [
                     *         {
                     *           "path": "references/report.md",
                     *           "bytes": 312
                     *         },
                     *         {
                     *           "path": "scripts/summarize.py",
                     *           "bytes": 2048
                     *         }
                     *       ],
                     *       "file": {
                     *         "path": "references/report.md",
                     *         "bytes": 312,
                     *         "text": "# Report\n",
                     *         "left_out": null
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SkillDetail"];
                };
            };
            400: components["responses"]["MalformedUrl"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["HostNotAllowedOrOriginNotAllowed"];
            404: components["responses"]["SkillFileNotFoundOrSkillNotFound"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
        };
    };
}
