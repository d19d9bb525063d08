/** The signs of the hotspot surface: hatch and dots for what passed a test, plates with a letter or a rank. */
import { TRENDS } from './hotspot-words.js';

/**
 * Draw one of the surface's images; null for a name that is none of them.
 * @param {string} kind
 * @param {string[]} facts
 * @param {import('./palette.js').Palette} colors
 * @returns {{width: number, height: number, work: (pen: CanvasRenderingContext2D) => void, options?: object}|null}
 */
export function surfaceImage(kind, facts, colors) {
  if (kind === 'hatch') return { width: 8, height: 8, work: (pen) => hatch(pen, colors) };
  if (kind === 'dots') return { width: 8, height: 8, work: (pen) => dots(pen, colors) };
  if (kind === 'plate') {
    const options = { stretchX: [[14, 18]], stretchY: [[14, 18]], content: [8, 6, 24, 26] };
    return { width: 16, height: 16, work: (pen) => plate(pen, colors, { width: 16, height: 16 }), options };
  }
  if (kind === 'trend') return { width: 26, height: 16, work: (pen) => trendSign(pen, colors, { cold: facts[0] === 'cold', letter: facts[1], way: facts[2] }) };
  if (kind === 'change') return { width: 16, height: 16, work: (pen) => changeSign(pen, colors, facts[0] === 'fewer') };
  return null;
}

/** A line with a rim of the ground's colour: legible on the dark and on the bright end of a ramp. */
function hatch(pen, { text, ground }) {
  for (const [color, width] of [[ground, 2.6], [text, 1.1]]) {
    pen.strokeStyle = color;
    pen.lineWidth = width;
    for (const shift of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(shift - 1, 9);
      pen.lineTo(shift + 9, -1);
      pen.stroke();
    }
  }
}

function dots(pen, { text, ground }) {
  for (const [color, radius] of [[ground, 1.9], [text, 1.1]]) {
    pen.fillStyle = color;
    for (const [x, y] of [[2, 2], [6, 6]]) {
      pen.beginPath();
      pen.arc(x, y, radius, 0, Math.PI * 2);
      pen.fill();
    }
  }
}

function plate(pen, { panel, text }, { width, height }) {
  const path = new Path2D();
  path.roundRect(0.75, 0.75, width - 1.5, height - 1.5, 3);
  pen.fillStyle = panel;
  pen.fill(path);
  pen.lineWidth = 1.25;
  pen.strokeStyle = text;
  pen.stroke(path);
}

/** A letter, and a triangle or a bar for the way it goes; what is cold is drawn in reverse. */
function trendSign(pen, colors, { cold, letter, way }) {
  const ink = cold ? colors.panel : colors.text;
  plate(pen, cold ? { panel: colors.text, text: colors.panel } : colors, { width: 26, height: 16 });
  write(pen, Object.values(TRENDS).some((each) => each.letter === letter) ? letter : '?', 8.5, ink);
  pen.fillStyle = ink;
  pen.beginPath();
  if (way === 'flat') pen.rect(14.5, 7, 7, 2.2);
  else {
    const [base, tip] = way === 'up' ? [11, 5] : [5, 11];
    pen.moveTo(14.5, base);
    pen.lineTo(21.5, base);
    pen.lineTo(18, tip);
    pen.closePath();
  }
  pen.fill();
}

function changeSign(pen, colors, fewer) {
  plate(pen, colors, { width: 16, height: 16 });
  pen.fillStyle = colors.text;
  pen.fillRect(4.5, 7.1, 7, 1.8);
  if (!fewer) pen.fillRect(7.1, 4.5, 1.8, 7);
}

function write(pen, text, x, color) {
  pen.font = '600 10px Inter, sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillStyle = color;
  pen.fillText(text, x, 8.5);
}
