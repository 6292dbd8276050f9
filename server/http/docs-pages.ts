/** The HTML of the documentation pages, the scripts that start them and the policy each is held to. */

const page = (title: string, head: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" type="image/png" href="docs/favicon.png">
${head}</head>
<body>
${body}</body>
</html>
`;

// Everything comes from this server. No script and no style stands in a page, so that nothing injected into one would run.
const policy = (directives: Record<string, string>) =>
  Object.entries({
    'default-src': "'none'",
    'script-src': "'self'",
    'connect-src': "'self'",
    'img-src': "'self' data:",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    ...directives,
  })
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

/** Where the documentation is; it needs no key, and neither does anything below these paths. */
export const DOCS_PATHS: readonly string[] = ['/', '/docs', '/redoc', '/openapi.json'];

/** Swagger UI, which sets its styles through the DOM. */
export const SWAGGER_UI_PAGE = page(
  'agent-runtimes: API',
  '<link rel="stylesheet" href="docs/swagger-ui.css">\n',
  '<div id="ui"></div>\n<script src="docs/swagger-ui.js"></script>\n<script src="docs/start.js"></script>\n',
);
/** What Swagger UI may do. */
export const SWAGGER_UI_POLICY: string = policy({ 'style-src': "'self'" });
/** Starts Swagger UI: keys typed into it are forgotten with the page, and nothing is asked of a validator elsewhere. */
export const START_SWAGGER_UI = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#ui',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** ReDoc, which writes style elements: they carry the nonce of the page. */
export const redocPage = (nonce: string): string =>
  page(
    'agent-runtimes: API reference',
    '<link rel="stylesheet" href="redoc/page.css">\n',
    `<div id="redoc"></div>\n<script src="redoc/redoc.js" nonce="${nonce}"></script>\n<script src="redoc/start.js"></script>\n`,
  );
/** What ReDoc may do: its search index is built in a worker it makes from a blob. */
export const redocPolicy = (nonce: string): string =>
  policy({ 'style-src': `'self' 'nonce-${nonce}'`, 'worker-src': 'blob:' });
/** Starts ReDoc. */
export const START_REDOC = `Redoc.init('openapi.json', {}, document.getElementById('redoc'));
`;
/** The style of the page around ReDoc. */
export const REDOC_PAGE_STYLE = `body { margin: 0; }
`;
