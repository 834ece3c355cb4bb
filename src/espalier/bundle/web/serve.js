// `npm start`: this folder on http://127.0.0.1:8000, for the pages; PORT=... for another port.

import {readFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {extname, normalize} from 'node:path';

const TYPES = {'.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json',
  '.wasm': 'application/wasm'};
const server = createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  try {
    const data = await readFile(new URL(`.${path === '/' ? '/demo.html' : path}`, import.meta.url));
    response.writeHead(200, {'content-type': TYPES[extname(path === '/' ? '.html' : path)] ?? 'application/octet-stream'});
    response.end(data);
  } catch {
    response.writeHead(404).end('not found');
  }
});
server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/demo.html and /selftest.html`);
});
