/**
 * The drawings themselves, after NAPSG's grammar: diamond = incident, triangle = alert,
 * rounded rectangle = infrastructure; frame colour = severity or status, always with a letter or a shape beside it.
 */
import { drawGlyph } from './glyphs.js';
import { FRAMES, LOUD_FROM, SEVERITY_COLORS, SEVERITY_LETTERS, SITE_STATUS_LETTERS } from './palette.js';

const HIGH = 5;

/** Draw an incident in a 40-px square. */
export function drawIncident(pen, colors, { shape, path, severity, certainty }) {
  const color = SEVERITY_COLORS[severity] ?? SEVERITY_COLORS[0];
  const loud = severity >= LOUD_FROM;
  const weight = severity >= HIGH ? 3 : loud ? 2.25 : 1.25;
  const outline = new Path2D(shape === 'alert' ? FRAMES.alert : FRAMES.hazard);
  pen.lineJoin = 'round';
  // A dark rim under the frame keeps white and yellow visible on a light ground.
  pen.lineWidth = weight + 2.5;
  pen.strokeStyle = colors.ink;
  pen.stroke(outline);
  if (certainty !== 'hollow') {
    pen.fillStyle = colors.ink;
    pen.fill(outline);
  }
  pen.setLineDash(certainty === 'solid' ? [] : [3.2, 2.6]);
  pen.lineWidth = weight;
  pen.strokeStyle = loud ? color : FRAMES.quiet;
  pen.stroke(outline);
  pen.setLineDash([]);
  const middle = shape === 'alert' ? 23 : 20;
  if (path) drawGlyph(pen, path, { x: 20, y: middle, size: 14, color: '#FFFFFF' });
  else questionMark(pen, colors, middle);
  if (severity > 0 && path) badge(pen, { x: 31, y: 31, letter: SEVERITY_LETTERS[severity], fill: color, rim: colors.ink });
}

/** Draw a site in a 32-px square. */
export function drawSite(pen, colors, { path, status }) {
  const frame = roundedPath(4, 4, 22, 22, 5);
  const color = colors.siteStatus[status] ?? colors.siteStatus[0];
  pen.lineWidth = 4;
  pen.strokeStyle = colors.ground;
  pen.stroke(frame);
  pen.fillStyle = colors.panel;
  pen.fill(frame);
  pen.lineWidth = status > 0 ? 2 : 1.25;
  pen.strokeStyle = color;
  pen.stroke(frame);
  drawGlyph(pen, path, { x: 15, y: 15, size: 14, color: colors.text });
  if (status > 0) badge(pen, { x: 25, y: 25, letter: SITE_STATUS_LETTERS[status], fill: color, rim: colors.ground });
}

/** Draw a cluster: a quiet disc whose rim shows, clockwise from the top, the share that is high or extreme. */
export function drawCluster(pen, colors, { radius, share }) {
  const middle = radius + 3;
  disc(pen, middle, middle, radius);
  pen.fillStyle = withAlpha(colors.panel, 0.9);
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = colors.muted;
  pen.globalAlpha = 0.6;
  pen.stroke();
  pen.globalAlpha = 1;
  if (share <= 0) return;
  pen.beginPath();
  pen.arc(middle, middle, radius, -Math.PI / 2, -Math.PI / 2 + (Math.PI * 2 * share) / 16);
  pen.lineWidth = 3;
  pen.strokeStyle = SEVERITY_COLORS[HIGH];
  pen.stroke();
}

/** Draw the frame of several sites together in 34 by 30 px; the worst status among them, from yellow on, shows. */
export function drawSiteCluster(pen, colors, status) {
  const bad = status >= 2;
  const back = roundedPath(7.5, 3.5, 22, 18, 4);
  const front = roundedPath(4.5, 6.5, 22, 18, 4);
  for (const frame of [back, front]) {
    pen.fillStyle = colors.panel;
    pen.fill(frame);
    pen.lineWidth = bad && frame === front ? 1.75 : 1;
    pen.strokeStyle = bad && frame === front ? colors.siteStatus[status] : colors.muted;
    pen.stroke(frame);
  }
  if (bad) badge(pen, { x: 27, y: 23, letter: SITE_STATUS_LETTERS[status], fill: colors.siteStatus[status], rim: colors.ground });
}

/** Draw the plate under a count; the map stretches it round the number. */
export function drawPill(pen, colors) {
  pen.fillStyle = colors.text;
  pen.fill(roundedPath(0.5, 0.5, 15, 15, 7.5));
}

function badge(pen, { x, y, letter, fill, rim }) {
  disc(pen, x, y, 6.5);
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = rim;
  pen.stroke();
  write(pen, letter, { x, y, size: 9, color: luminance(fill) > 0.16 ? FRAMES.badge_ink : '#FFFFFF' });
}

function questionMark(pen, colors, middle) {
  pen.lineWidth = 3;
  pen.strokeStyle = colors.ink;
  pen.font = '600 15px Inter, sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.strokeText('?', 20, middle + 0.5);
  write(pen, '?', { x: 20, y: middle, size: 15, color: '#FFFFFF' });
}

function write(pen, text, { x, y, size, color }) {
  pen.font = `600 ${size}px Inter, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillStyle = color;
  pen.fillText(text, x, y + 0.5);
}

function disc(pen, x, y, radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, Math.PI * 2);
}

function roundedPath(x, y, width, height, radius) {
  const path = new Path2D();
  path.roundRect(x, y, width, height, radius);
  return path;
}

/** Relative luminance after WCAG 2.2, to choose the ink that can be read. */
function luminance(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function withAlpha(hex, alpha) {
  return hex + Math.round(alpha * 255).toString(16).padStart(2, '0');
}
