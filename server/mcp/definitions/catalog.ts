/** The predefined MCP servers, as data. Adding one is adding an entry. */
import { type Launch, requiredVariables, type ServerDefinition } from './server-definition.ts';

interface CatalogEntry {
  readonly name: string;
  readonly description: string;
  /** A program and its arguments, or a URL with the variable whose value is its bearer token. */
  readonly run: readonly [command: string, ...args: string[]] | { readonly url: string; readonly token: string };
  /** Variables it is handed and does not start without. */
  readonly needs?: readonly string[];
}

const npx = (...args: string[]) => ['npx', '-y', ...args] as const;

const ENTRIES: Readonly<Record<string, CatalogEntry>> = {
  tavily: {
    name: 'Tavily Search',
    description: 'Web search and research capabilities via Tavily API',
    run: npx('tavily-mcp@0.2.22'),
    needs: ['TAVILY_API_KEY'],
  },
  github: {
    name: 'GitHub',
    description: 'Repositories, issues, pull requests and code search on GitHub',
    run: { url: 'https://api.githubcopilot.com/mcp/', token: 'GITHUB_TOKEN' },
  },
  filesystem: {
    name: 'Filesystem',
    description: 'Reads and writes files below WORKSPACE_FOLDER, or below the folder this server was started in',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference
    run: npx('@modelcontextprotocol/server-filesystem@2026.8.31', '${WORKSPACE_FOLDER:-.}'),
  },
  fetch: { name: 'Fetch', description: 'Fetches web pages as text or Markdown', run: npx('mcp-fetch-server@1.1.2') },
  linkedin: {
    name: 'LinkedIn',
    description: 'Profiles, companies and jobs on LinkedIn',
    run: ['uvx', 'linkedin-scraper-mcp'],
    needs: ['LINKEDIN_COOKIE'],
  },
  kaggle: {
    name: 'Kaggle',
    description: 'Datasets, notebooks, models and competitions on Kaggle',
    run: { url: 'https://www.kaggle.com/mcp', token: 'KAGGLE_TOKEN' },
  },
  chart: { name: 'Charts', description: 'Draws charts from data', run: npx('@antv/mcp-server-chart@0.9.10') },
  alphavantage: {
    name: 'Alpha Vantage',
    description: 'Stock, currency and economic data',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference
    run: ['uvx', 'av-mcp==0.2.1', '${ALPHAVANTAGE_API_KEY}'],
    needs: ['ALPHAVANTAGE_API_KEY'],
  },
  'google-workspace': {
    name: 'Google Workspace',
    description: 'Gmail, Calendar, Drive, Docs and Sheets',
    run: npx('google-workspace-mcp@2.3.6', 'serve'),
    needs: ['GOOGLE_OAUTH_CLIENT_ID', 'GOOGLE_OAUTH_CLIENT_SECRET'],
  },
  slack: {
    name: 'Slack',
    description: 'Channels, messages and people of a Slack workspace',
    run: npx('@zencoderai/slack-mcp-server@0.0.1'),
    needs: ['SLACK_BOT_TOKEN', 'SLACK_TEAM_ID'],
  },
  huggingface: {
    name: 'Hugging Face',
    description: 'Models, datasets, Spaces and papers on Hugging Face',
    run: { url: 'https://huggingface.co/mcp', token: 'HF_TOKEN' },
  },
  everything: {
    name: 'Everything',
    description: 'Shows every feature of MCP; for trying things out',
    run: npx('@modelcontextprotocol/server-everything@2026.8.31'),
  },
  memory: {
    name: 'Memory',
    description: 'A knowledge graph that lasts over conversations',
    run: npx('@modelcontextprotocol/server-memory@2026.8.31'),
  },
  'sequential-thinking': {
    name: 'Sequential Thinking',
    description: 'Solves problems in steps that can be revised',
    run: npx('@modelcontextprotocol/server-sequential-thinking@2026.8.31'),
  },
  playwright: {
    name: 'Playwright',
    description: 'Drives a browser: visits, clicks, fills in and reads pages',
    run: npx('@playwright/mcp@0.0.83', '--headless'),
  },
  sqlite: { name: 'SQLite', description: 'Queries SQLite databases', run: npx('mcp-server-sqlite@0.0.2') },
  brave: {
    name: 'Brave Search',
    description: 'Web, news, image and local search',
    run: npx('@brave/brave-search-mcp-server@2.1.4'),
    needs: ['BRAVE_API_KEY'],
  },
  exa: { name: 'Exa', description: 'Web and code search', run: npx('exa-mcp-server@3.4.1'), needs: ['EXA_API_KEY'] },
  perplexity: {
    name: 'Perplexity',
    description: 'Answers and research from the web',
    run: npx('@perplexity-ai/mcp-server@1.2.1'),
    needs: ['PERPLEXITY_API_KEY'],
  },
  context7: {
    name: 'Context7',
    description: 'Current documentation of libraries',
    run: npx('@upstash/context7-mcp@4.1.1'),
  },
  notion: {
    name: 'Notion',
    description: 'Pages and databases of a Notion workspace',
    run: npx('@notionhq/notion-mcp-server@2.5.2'),
    needs: ['NOTION_TOKEN'],
  },
  kubernetes: {
    name: 'Kubernetes',
    description: 'Pods, deployments and logs of a cluster',
    run: npx('mcp-server-kubernetes@4.1.7'),
  },
};

/** The definition of each server of the catalog, in its order. */
export function catalogServers(): ServerDefinition[] {
  return Object.entries(ENTRIES).map(([id, { name, description, run, needs = [] }]) => {
    const launch = toLaunch(run, needs);
    return {
      id,
      origin: 'catalog',
      name,
      description,
      enabled: true,
      launch,
      requiredEnvVars: requiredVariables(launch),
    };
  });
}

function toLaunch(run: CatalogEntry['run'], needs: readonly string[]): Launch {
  if ('url' in run) return { type: 'http', url: run.url, headers: { Authorization: `Bearer \${${run.token}}` } };
  const [command, ...args] = run;
  return { type: 'stdio', command, args, env: Object.fromEntries(needs.map((name) => [name, `\${${name}}`])) };
}
