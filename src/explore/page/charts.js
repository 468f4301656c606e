// Bars, a curve and a map.

const COLOURS = 9;
// The colour of a stage; after nine they come again, hatched.
const paint = (element, colour) => {
  element.style.setProperty('--c', `var(--s${colour % COLOURS})`);
  element.classList.toggle('hatched', colour >= COLOURS);
};

// The stages that take most have colours of their own, in the order of the model.
function stageColours(model, results) {
  const most = model.stages.map((_, stage) => Math.max(0, ...results.map(result => result.stages.get(stage)?.reduce((sum, one) => sum + one, 0) ?? 0)));
  const ranked = [...most.keys()].sort((a, b) => most[b] - most[a]);
  const [large, small] = [ranked.slice(0, COLOURS), ranked.slice(COLOURS)].map(some => some.sort((a, b) => a - b));
  const colours = [];
  for (const [colour, stage] of [...large, ...small].entries()) colours[stage] = colour;
  return colours;
}

function makeBars(app) {
  const { model } = app;
  const lines = new Map();

  const segment = (line, key, stage, part) => {
    if (!line.segments.has(key)) {
      const element = el('span', { class: part === 0 ? 'part' : `part moved level${Math.min(part, 3)}` });
      paint(element, app.colours[stage]);
      line.segments.set(key, element);
      line.bar.append(element);
    }
    return line.segments.get(key);
  };

  // One line for each result: { variant, graph, parts by stage, total, missing }.
  const draw = results => {
    const most = Math.max(...results.map(result => (result.missing ? 0 : result.total)));
    const wanted = results.map(result => {
      const key = `${result.at},${app.shape}`;
      if (!lines.has(key)) {
        const bar = el('span', { class: 'bar' });
        const name = el('bdi', { class: 'name', text: shown(result.variant) });
        const value = el('span', { class: 'value' });
        const element = el('button', { type: 'button', class: 'line', onclick: () => app.choose({ of: result.variant }) }, name, bar, value);
        lines.set(key, { element, bar, value, segments: new Map() });
      }
      return lines.get(key);
    });
    const same = wanted.every((line, at) => $('bars').children[at] === line.element);
    if (!same || $('bars').children.length !== wanted.length) $('bars').replaceChildren(...wanted.map(line => line.element));
    for (const [at, line] of wanted.entries()) {
      const result = results[at];
      line.element.setAttribute('aria-pressed', String(result.variant === app.focus()));
      for (const element of line.segments.values()) element.style.width = '0';
      if (result.missing) {
        line.value.textContent = '–';
        line.element.setAttribute('aria-label', `${shown(result.variant)}: no energy, ${result.missing}`);
        line.element.title = result.missing;
        continue;
      }
      let told = `${shown(result.variant)}: ${energy(result.total)}`;
      for (const [stage, parts] of result.stages) {
        let sum = 0;
        for (const [part, picojoules] of parts.entries()) {
          if (picojoules <= 0) continue;
          const element = segment(line, `${stage},${part}`, stage, part);
          element.style.width = `${(100 * picojoules) / most}%`;
          element.title = `${shown(model.stages[stage])}, ${app.partName(part)}: ${energy(picojoules)} (${percent(picojoules / result.total)})`;
          sum += picojoules;
        }
        if (sum > 0.05 * result.total) told += `; ${shown(model.stages[stage])} ${energy(sum)}`;
      }
      const base = results[0];
      const saved = at > 0 && !base.missing ? ` ${change(result.total, base.total)}` : '';
      line.value.textContent = `${energy(result.total)}${saved}`;
      line.element.setAttribute('aria-label', told + (saved && `, ${saved.trim()} against ${shown(base.variant)}`));
      line.element.title = '';
    }
    legend(results);
  };

  const legend = results => {
    const used = new Set();
    const levels = new Set();
    for (const result of results) for (const [stage, parts] of result.stages) {
      for (const [part, picojoules] of parts.entries()) if (picojoules > 0) { used.add(stage); levels.add(part); }
    }
    const key = [...used].sort((a, b) => a - b);
    if ($('legend').dataset.key !== key.join()) {
      $('legend').dataset.key = key.join();
      $('legend').replaceChildren(...key.map(stage => {
        const swatch = el('span', { class: 'swatch' });
        paint(swatch, app.colours[stage]);
        return el('li', {}, swatch, el('bdi', { text: shown(model.stages[stage]) }));
      }));
    }
    const moved = [...levels].filter(part => part > 0).sort();
    $('tones').textContent = levels.size === 0 ? '' : moved.length === 0 ? 'Arithmetic alone; what moves is not counted.'
      : `Full tone: arithmetic. Lighter: ${moved.map(app.partName).join(', lightest ')}.`;
  };
  return { draw };
}

// How much less or more than a baseline.
const change = (value, base) => {
  const share = value / base - 1;
  if (!Number.isFinite(share)) return '';
  return share === 0 ? '±0 %' : `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;
};

// Up to so many values of a number, rising.
function axisValues(app, control, most) {
  const bounds = range(control);
  const values = new Set();
  for (let at = 0; at < most; at++) {
    values.add(app.controls.fitting(control, toValue(bounds, (STEPS * at) / (most - 1))));
  }
  return [...values].sort((a, b) => a - b);
}

const short = value => {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
};

// A few numbers that are round, between two.
function ticks(least, most, count) {
  const rough = (most - least) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(times => times * power).find(step => step >= rough) ?? rough;
  const found = [];
  for (let at = Math.ceil(least / step - 1e-9); at * step <= most + 1e-9 * step; at++) found.push(at * step);
  return found;
}
function logTicks(least, most) {
  const found = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++) {
    for (const times of [1, 2, 5]) {
      const value = times * 10 ** power;
      if (value >= least * 0.999 && value <= most * 1.001) found.push(value);
    }
  }
  const even = found.filter(value => /^1/.test(value.toExponential()));
  return found.length > 7 && even.length > 1 ? even : found;
}

const [WIDE, HIGH] = [520, 300];
const FRAME = { left: 52, right: 84, top: 12, bottom: 40 };

function makeCurve(app) {
  const svg = el('svg', { viewBox: `0 0 ${WIDE} ${HIGH}`, role: 'img', class: 'chart' });
  $('curve').append(svg);
  const draw = ({ control, values, lines, now, saving }) => {
    const bounds = range(control);
    const across = value => {
      const share = toStep(bounds, value) / STEPS;
      return FRAME.left + share * (WIDE - FRAME.left - FRAME.right);
    };
    const all = lines.flatMap(line => line.values).filter(Number.isFinite);
    const parts = [];
    let up = () => HIGH / 2;
    if (all.length > 0) {
      let [least, most] = [Math.min(...all), Math.max(...all)];
      if (saving) [least, most] = [Math.max(-1, Math.min(0, least)), Math.max(most, least + 0.02, 0.02)];
      else [least, most] = [least, most === least ? least * 1.1 + 1 : most];
      const height = HIGH - FRAME.top - FRAME.bottom;
      const even = saving || least <= 0 || most < 8 * least;
      if (even && !saving) [least, most] = [least - (most - least) * 0.05, most + (most - least) * 0.05];
      const share = value => (even ? (value - least) / (most - least) : Math.log(value / least) / Math.log(most / least));
      up = value => FRAME.top + (1 - share(Math.max(value, least))) * height;
      const marks = even ? ticks(least, most, 5) : logTicks(least, most);
      for (const tick of marks) {
        parts.push(el('line', { class: tick === 0 ? 'zero' : 'grid', x1: FRAME.left, x2: WIDE - FRAME.right, y1: up(tick), y2: up(tick) }));
        parts.push(el('text', { x: FRAME.left - 6, y: up(tick) + 4, 'text-anchor': 'end', text: saving ? percent(tick).replace('.0', '') : energy(tick, even ? 3 : 1) }));
      }
    }
    for (const tick of bounds.log ? logTicks(bounds.least, bounds.most) : ticks(bounds.least, bounds.most, 5)) {
      parts.push(el('text', { x: across(tick), y: HIGH - FRAME.bottom + 16, 'text-anchor': 'middle', text: short(tick) }));
    }
    parts.push(el('line', { class: 'now', x1: across(now), x2: across(now), y1: FRAME.top, y2: HIGH - FRAME.bottom }));
    parts.push(el('text', { x: (FRAME.left + WIDE - FRAME.right) / 2, y: HIGH - 6, 'text-anchor': 'middle', class: 'name', text: `${shown(control.key)}${control.unit ? `, ${control.unit}` : ''}` }));
    const ends = [];
    for (const line of lines) {
      let path = '';
      let pen = 'M';
      for (const [at, value] of line.values.entries()) {
        if (!Number.isFinite(value)) { pen = 'M'; continue; }
        path += `${pen}${across(values[at]).toFixed(1)} ${up(value).toFixed(1)}`;
        pen = 'L';
      }
      parts.push(el('path', { d: path || 'M0 0', class: `curve line${line.colour % 8}`, 'stroke-dasharray': ['', '7 3', '2 3', '9 3 2 3'][line.colour % 4] }));
      if (Number.isFinite(line.at)) parts.push(el('circle', { cx: across(now), cy: up(line.at), r: 3.5, class: `dot line${line.colour % 8}` }));
      const last = line.values.findLast(Number.isFinite);
      if (last !== undefined) ends.push({ y: up(last), line });
    }
    ends.sort((a, b) => a.y - b.y);
    let before = -Infinity;
    for (const { y, line } of ends) {
      before = Math.max(y, before + 13);
      parts.push(el('text', { x: WIDE - FRAME.right + 6, y: before + 4, class: `end line${line.colour % 8}`, text: clipped(line.name, 12) }));
    }
    svg.replaceChildren(...parts);
    svg.setAttribute('aria-label', lines.map(line => `${shown(line.name)}: ${saving ? percent(line.at) : energy(line.at)} at ${shown(control.key)} ${plain(now)}`).join('; ') || 'nothing to show');
  };
  return { draw };
}

const clipped = (name, most) => {
  const letters = [...shown(name)];
  return letters.length > most ? letters.slice(0, most - 1).join('') + '…' : letters.join('');
};

// Blue saves, orange costs more; white is as much as before.
const mixed = (from, to, share) => from.map((part, at) => Math.round(part + (to[at] - part) * share));
const hue = colour => `rgb(${colour.join()})`;
function heatColour(value, most, saving, dark) {
  if (!Number.isFinite(value)) return null;
  const middle = dark ? [38, 42, 48] : [247, 247, 245];
  const [blue, orange] = dark ? [[86, 180, 233], [230, 140, 50]] : [[0, 90, 160], [200, 85, 0]];
  const share = Math.min(1, Math.abs(value) / (most || 1));
  return hue(mixed(middle, saving && value < 0 ? orange : blue, share ** 0.8));
}

function makeHeat(app) {
  const frame = { left: 64, right: 12, top: 12, bottom: 40 };
  const svg = el('svg', { viewBox: `0 0 ${WIDE} ${HIGH}`, role: 'application', class: 'chart', tabindex: 0 });
  $('heat').append(svg);
  const cells = el('g');
  const marks = el('g');
  const cursor = el('rect', { class: 'cursor' });
  const position = el('rect', { class: 'here' });
  svg.append(cells, marks, position, cursor);
  let shape = '';
  let drawn = null;
  let at = [0, 0];

  const place = ([column, row], rect) => {
    const { xs, ys } = drawn;
    const [width, height] = [(WIDE - frame.left - frame.right) / xs.length, (HIGH - frame.top - frame.bottom) / ys.length];
    for (const [name, value] of Object.entries({ x: frame.left + column * width, y: HIGH - frame.bottom - (row + 1) * height, width, height })) rect.setAttribute(name, value.toFixed(2));
  };
  const say = () => {
    const { x, y, xs, ys, values, saving } = drawn;
    const value = values[at[1]]?.[at[0]];
    const said = Number.isFinite(value) ? (saving ? `saves ${percent(value)}` : energy(value)) : 'no value';
    $('heatsays').textContent = `${shown(x.key)} ${plain(xs[at[0]])}, ${shown(y.key)} ${plain(ys[at[1]])}: ${said}`;
    place(at, cursor);
  };
  const take = () => {
    app.setNumber(drawn.x, drawn.xs[at[0]]);
    app.setNumber(drawn.y, drawn.ys[at[1]]);
  };
  svg.addEventListener('keydown', event => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!drawn || (!step && event.key !== 'Enter')) return;
    event.preventDefault();
    if (!step) return take();
    at = [Math.min(drawn.xs.length - 1, Math.max(0, at[0] + step[0])), Math.min(drawn.ys.length - 1, Math.max(0, at[1] + step[1]))];
    say();
  });
  const pointed = event => {
    if (!drawn) return false;
    const box = svg.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) / box.width) * WIDE, ((event.clientY - box.top) / box.height) * HIGH];
    const column = Math.floor(((x - frame.left) / (WIDE - frame.left - frame.right)) * drawn.xs.length);
    const row = Math.floor(((HIGH - frame.bottom - y) / (HIGH - frame.top - frame.bottom)) * drawn.ys.length);
    if (column < 0 || row < 0 || column >= drawn.xs.length || row >= drawn.ys.length) return false;
    at = [column, row];
    return true;
  };
  svg.addEventListener('pointermove', event => pointed(event) && say());
  svg.addEventListener('click', event => pointed(event) && take());

  const draw = given => {
    drawn = given;
    const { x, y, xs, ys, values, saving, now, dark } = drawn;
    const key = [x.key, y.key, xs.join(), ys.join()].join('|');
    if (key !== shape) {
      shape = key;
      cells.replaceChildren(...ys.flatMap((_, row) => xs.map((_, column) => {
        const rect = el('rect', {});
        place([column, row], rect);
        return rect;
      })));
      const spots = (all, count) => all.map((value, at) => [value, at]).filter((_, at) => at % Math.ceil(all.length / count) === 0);
      const [width, height] = [(WIDE - frame.left - frame.right) / xs.length, (HIGH - frame.top - frame.bottom) / ys.length];
      marks.replaceChildren(
        ...spots(xs, 7).map(([value, at]) => el('text', { x: frame.left + (at + 0.5) * width, y: HIGH - frame.bottom + 16, 'text-anchor': 'middle', text: short(value) })),
        ...spots(ys, 6).map(([value, at]) => el('text', { x: frame.left - 6, y: HIGH - frame.bottom - (at + 0.5) * height + 4, 'text-anchor': 'end', text: short(value) })),
        el('text', { x: (WIDE + frame.left) / 2, y: HIGH - 6, 'text-anchor': 'middle', class: 'name', text: shown(x.key) }),
        el('text', { x: 12, y: HIGH / 2 - 10, 'text-anchor': 'middle', class: 'name', transform: `rotate(-90 12 ${HIGH / 2 - 10})`, text: clipped(y.key, 30) }),
      );
      at = [Math.min(at[0], xs.length - 1), Math.min(at[1], ys.length - 1)];
    }
    const flat = values.flat().filter(Number.isFinite);
    const [least, most] = [Math.min(...flat), Math.max(...flat)];
    const log = value => (most > least ? (Math.log(value / least) / Math.log(most / least)) * 0.9 + 0.1 : 0.5);
    for (const [row, line] of values.entries()) for (const [column, value] of line.entries()) {
      const rect = cells.children[row * xs.length + column];
      const colour = saving ? heatColour(value, Math.max(Math.abs(least), Math.abs(most)), true, dark) : heatColour(least > 0 ? log(value) : value / most, 1, false, dark);
      rect.setAttribute('fill', colour ?? 'none');
    }
    const nearest = (all, value) => all.reduce((best, one, at) => (Math.abs(one - value) < Math.abs(all[best] - value) ? at : best), 0);
    place([nearest(xs, now[0]), nearest(ys, now[1])], position);
    place(at, cursor);
    const span = flat.length === 0 ? 'no values' : saving ? `from ${percent(least)} to ${percent(most)}` : `from ${energy(least)} to ${energy(most)}`;
    svg.setAttribute('aria-label', `Map over ${shown(x.key)} and ${shown(y.key)}, ${span}; arrow keys move, Enter takes the values`);
    if (document.activeElement !== svg) $('heatsays').textContent = `${span}${saving && least < 0 ? '; orange costs more' : ''}. The frame is where the sliders are; a click takes a place.`;
  };
  return { draw };
}

