// Copies the pinned packages and our own files into ../wwwroot, which is part of the repository: running the service needs no npm.
// `node build.mjs --check` fails when ../wwwroot is not what these sources make.
import { readFileSync, writeFileSync, readdirSync, mkdirSync, existsSync } from 'node:fs';

const target = new URL('../wwwroot/', import.meta.url);
const withoutMap = text => text.replace(/\n?\/[/*]# sourceMappingURL=.*?(\*\/)?\s*$/, '\n');

const files = {
  'tabler.css': withoutMap(readFileSync('node_modules/@tabler/core/dist/css/tabler.min.css', 'utf8')),
  'htmx.js': withoutMap(readFileSync('node_modules/htmx.org/dist/htmx.min.js', 'utf8')),
};
for (const name of readdirSync('own')) files[name] = readFileSync(`own/${name}`, 'utf8');

const check = process.argv.includes('--check');
let stale = 0;
mkdirSync(target, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  const path = new URL(name, target);
  if (check) {
    if (!existsSync(path) || readFileSync(path, 'utf8') !== content) { console.error(`${name} is stale: run npm run build`); stale++; }
  } else writeFileSync(path, content);
}
process.exit(stale ? 1 : 0);
