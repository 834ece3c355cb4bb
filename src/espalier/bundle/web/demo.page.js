// demo.html: a picture or the webcam, answered in this browser.

import {facts, nearest, pixels} from './index.js';
import {load} from './litert.js';

const $ = (id) => document.getElementById(id);
const view = $('view'), context = view.getContext('2d');
const COLOURS = [[230, 25, 75], [60, 180, 75], [0, 130, 200], [245, 130, 48], [145, 30, 180], [70, 240, 240]];
const fields = facts.beside.flatMap((input) => input.columns.map((name, n) => {
  const field = Object.assign(document.createElement('input'), {
    type: 'number', step: 'any', min: input.range[n][0], max: input.range[n][1], value: input.mean[n],
  });
  const label = document.createElement('label');
  label.append(`${name} `, field, ' ');
  $('numbers').append(label);
  return field;
}));
const known = [];

/** What an answer says, as text; what it paints goes onto the picture. */
const WORDS = {
  classify: ({label, permille, review}) => `${label}, ${permille}/1000${review ? ': have a person look' : ''}`,
  binary: (answer) => WORDS.classify(answer),
  'multi-label': ({said}) => said.map(({label, permille}) => `${label}, ${permille}/1000`).join('\n') || 'none',
  anomaly: ({score, alert}) => `${alert ? 'alert' : 'good'}, score ${score.toFixed(2)}`,
  embed({unit}) {
    const {index, cosine, known: is} = nearest(unit, known);
    known.push(unit);
    const told = index < 0 ? 'the first picture' : `nearest: picture ${index + 1}, cosine ${(cosine / 16384).toFixed(3)}`;
    return `picture ${known.length}: ${told}${is ? ', known' : ''}`;
  },
  values: ({values, named}) => Object.keys(named).length ? Object.entries(named).map(([name, one]) => `${name}: ${one}`).join('\n')
    : values.map((row) => Array.from(row.slice(0, 16), (one) => one.toPrecision(4)).join(' ')).join('\n'),
  boxes({boxes}) {
    context.lineWidth = 2;
    boxes.forEach((box) => {
      context.strokeStyle = `rgb(${COLOURS[box.index % COLOURS.length]})`;
      context.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    });
    return boxes.map(({label, confidence}) => `${label}, ${confidence.toFixed(3)}`).join('\n') || 'nothing found';
  },
  map({rows, columns, classes, areas, names, alert}) {
    const rgba = Uint8ClampedArray.from({length: classes.length * 4}, (_, n) => {
      const index = classes[n >> 2];
      return index === 0 ? 0 : n % 4 === 3 ? 128 : COLOURS[(index - 1) % COLOURS.length][n % 4];
    });
    paint(rgba, columns, rows);
    return names.map((name, n) => `${name}: ${(100 * areas[n] / classes.length).toFixed(1)} %`).join('\n') + (alert ? '\nalert' : '');
  },
  picture({rows, columns, channels, pixels: bytes}) {
    paint(Uint8ClampedArray.from({length: rows * columns * 4},
      (_, n) => n % 4 === 3 ? 255 : bytes[(n >> 2) * channels + Math.min(n % 4, channels - 1)]), columns, rows);
    return `${columns} x ${rows}`;
  },
  several: ({parts}) => Object.entries(parts).map(([name, part]) => `${name}: ${WORDS[part.kind](part)}`).join('\n'),
};

function paint(rgba, width, height) {
  const layer = new OffscreenCanvas(width, height);
  layer.getContext('2d').putImageData(new ImageData(rgba, width, height), 0, 0);
  context.drawImage(layer, 0, 0, view.width, view.height);
}

async function answer(source) {
  const image = await pixels(source);
  view.width = image.width;
  view.height = image.height;
  context.putImageData(image, 0, 0);
  const started = performance.now();
  const found = await runner.answer(image, fields.map((field) => Number(field.value)));
  $('answer').textContent = WORDS[found.kind](found);
  $('status').textContent = `${(performance.now() - started).toFixed(1)} ms`;
  window.ANSWER = found;
}

const shown = (source) => answer(source).catch((problem) => {
  $('status').textContent = `not a picture that this browser reads (${problem.message})`;
});

async function watch() {
  const video = document.createElement('video');
  video.srcObject = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
  await video.play();
  while (video.srcObject.active) {
    await shown(video);
    await new Promise(requestAnimationFrame);
  }
}

let runner;
try {
  runner = await load({wasm: new URL('node_modules/@litertjs/core/wasm/', document.baseURI).href});
  $('status').textContent = 'ready';
} catch (problem) {
  $('status').textContent = `the model does not load: ${problem.message}`;
}
$('file').onchange = ({target}) => target.files[0] && shown(target.files[0]);
$('camera').onclick = () => watch().catch((problem) => {
  $('status').textContent = `no webcam: ${problem.message}`;
});
document.body.ondragover = (event) => {
  event.preventDefault();
  document.body.classList.add('over');
};
document.body.ondragleave = () => document.body.classList.remove('over');
document.body.ondrop = (event) => {
  event.preventDefault();
  document.body.classList.remove('over');
  if (event.dataTransfer.files[0]) shown(event.dataTransfer.files[0]);
};
