/** Bundle the page: `node bundle.mjs OUTDIR`. Started by build_bundle.py. */
import { build } from 'esbuild';

await build({
  entryPoints: [
    { in: 'src/main.js', out: 'watchfloor' },
    { in: 'css/watchfloor.css', out: 'watchfloor' },
  ],
  outdir: process.argv[2],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'linked',
  assetNames: 'fonts/[name]',
  loader: { '.svg': 'text', '.woff2': 'file' },
  logLevel: 'warning',
});
