/** Bundle the page: `node bundle.mjs OUTDIR`. Started by build_bundle.py. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const outdir = process.argv[2];
// Maki first: where both sets have a name, its drawing is the plainer one.
const ICON_FOLDERS = ['node_modules/@mapbox/maki/icons', 'node_modules/@rapideditor/temaki/icons'];

/** Read every CC0 icon as `name: [width, height, path]`, which a canvas can draw without parsing SVG. */
async function readGlyphs() {
  const glyphs = {};
  for (const folder of ICON_FOLDERS) {
    for (const file of (await readdir(folder)).sort()) {
      const name = file.replace(/\.svg$/, '');
      if (name === file || name in glyphs) continue;
      const svg = await readFile(join(folder, file), 'utf8');
      const box = svg.match(/viewBox="0 0 ([\d.]+) ([\d.]+)"/);
      const paths = [...svg.matchAll(/<path[^>]*?\sd="([^"]+)"/g)].map(([, path]) => path.replace(/&#x[\dA-F]+;|\s+/g, ' '));
      // A path that begins with a relative move starts from the origin, whatever stands before it.
      if (box && paths.length) glyphs[name] = [Number(box[1]), Number(box[2]), paths.join('M0 0')];
    }
  }
  return glyphs;
}

/** Name the glyphs that the shipped types and sites use: those travel inside the bundle. */
async function usedGlyphs() {
  const types = JSON.parse(await readFile('../data/reference/incident_types.json', 'utf8')).types;
  const sites = JSON.parse(await readFile('../layers/style/site_glyphs.json', 'utf8'));
  return new Set([...types.map((type) => type.glyph), ...Object.values(sites.sectors), ...sites.kinds]);
}

const glyphs = await readGlyphs();
const used = await usedGlyphs();
const missing = [...used].filter((name) => !(name in glyphs));
if (missing.length) throw new Error(`No such icon in Maki or Temaki: ${missing.join(', ')}`);

await build({
  entryPoints: [
    { in: 'src/main.js', out: 'watchfloor' },
    { in: 'css/watchfloor.css', out: 'watchfloor' },
    { in: 'src/call/main.js', out: 'call' },
    { in: 'src/call/worker.js', out: 'call-worker' },
    { in: 'css/call.css', out: 'call' },
  ],
  outdir,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'linked',
  assetNames: 'fonts/[name]',
  loader: { '.woff2': 'file' },
  logLevel: 'warning',
  plugins: [
    {
      name: 'used-glyphs',
      setup(builder) {
        builder.onResolve({ filter: /^watchfloor:glyphs$/ }, () => ({ path: 'glyphs', namespace: 'glyphs' }));
        builder.onLoad({ filter: /.*/, namespace: 'glyphs' }, () => ({
          contents: JSON.stringify(Object.fromEntries([...used].sort().map((name) => [name, glyphs[name]]))),
          loader: 'json',
        }));
      },
    },
  ],
});
// Leaflet travels inside the stand-alone HTML map alone; its pictures travel inside its style.
const leaflet = { outdir, minify: true, legalComments: 'inline', logLevel: 'warning' };
await build({ ...leaflet, entryPoints: [{ in: 'node_modules/leaflet/dist/leaflet-src.js', out: 'leaflet' }] });
await build({
  ...leaflet,
  entryPoints: [{ in: 'node_modules/leaflet/dist/leaflet.css', out: 'leaflet' }],
  bundle: true,
  loader: { '.png': 'dataurl' },
});
// The whole set, fetched only when an agency gives a type of its own another icon, and read for what is printed.
await mkdir(outdir, { recursive: true });
await writeFile(join(outdir, 'glyphs.json'), JSON.stringify(glyphs));
