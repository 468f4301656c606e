// The page itself: one state, drawn again whenever it changes.

const data = JSON.parse($('data').textContent);
const model = makeModel(data);
const states = makeState(model);
const dark = matchMedia('(prefers-color-scheme: dark)');

const app = {
  model,
  shape: 0,
  // Over which numbers the curve and the map go.
  axes: {},
  state: { ...states, now: states.read(location.hash) },
  graphs: () => model.graphsOf(app.state.now.phase).filter(({ graph }) => !app.state.now.hidden.has(graph.variant)),
  partName: part => (part === 0 ? 'arithmetic' : data.tables[app.state.now.table].levels[part - 1].name),
  entryName: item => {
    const table = data.tables[app.state.now.table];
    if (item.entry === null || item.entry === undefined) return `${item.what}, free`;
    return table.entries[item.entry].name.slice(table.name.length + 1);
  },
  focus: () => {
    const known = app.graphs().map(({ graph }) => graph.variant);
    return known.includes(app.state.now.of) ? app.state.now.of : known[1] ?? known[0];
  },
  caption: () => {
    const { phase, table, format, movement, scope, settings } = app.state.now;
    const words = [data.model, data.phases[phase], scope, data.tables[table].name, data.formats[format]];
    words.push(movement === 0 ? 'without movement' : `movement ${data.movements[movement - 1]}`);
    for (const [key, value] of settings) words.push(`${key} = ${plain(value)}`);
    return `Energy of ${words.join(', ')}`;
  },
  choose: change => {
    Object.assign(app.state.now, change);
    if (change.phase !== undefined) {
      const now = app.state.now;
      if (!model.scopesOf(now.phase).includes(now.scope)) now.scope = 'model';
      const known = states.variants(now.phase);
      now.hidden = new Set([...now.hidden].filter(name => known.includes(name)));
    }
    buildChoices();
    update();
  },
  setNumber: (control, value) => {
    const { settings } = app.state.now;
    if (value === control.value) settings.delete(control.key);
    else settings.set(control.key, value);
    update();
  },
};
app.controls = makeControls(app);
const bars = makeBars(app);
const curve = makeCurve(app);
const heat = makeHeat(app);
const graph = makeGraph(app);
const table = makeTable(app);

// The results of all variants that are shown, at the values that are set.
function results() {
  const { table, format, movement, scope } = app.state.now;
  return app.graphs().map(({ graph, at }) => {
    const view = model.view({ graph: at, table, format, movement: movement - 1 });
    const broken = model.broken(graph);
    const missing = broken ?? view.missing[0] ?? null;
    const result = { variant: graph.variant, at, view, scope, missing: missing && shown(missing), total: NaN, stages: new Map(), parts: [] };
    if (missing) return result;
    result.parts = model.energies(view, scope);
    for (const [place, parts] of result.parts.entries()) {
      const stage = model.stages.indexOf(model.text(graph.stages[graph.ops[place].s]));
      if (!result.stages.has(stage)) result.stages.set(stage, new Float64Array(view.parts));
      const sums = result.stages.get(stage);
      for (const [part, picojoules] of parts.entries()) sums[part] += picojoules;
    }
    result.stages = new Map([...result.stages].sort(([a], [b]) => a - b));
    result.total = 0;
    for (const sums of result.stages.values()) for (const picojoules of sums) result.total += picojoules;
    if (!Number.isFinite(result.total)) result.missing = 'something is divided by 0';
    return result;
  });
}

function headline(all) {
  const focus = all.find(result => result.variant === app.focus()) ?? all[0];
  const base = all[0];
  const strong = text => el('strong', { text });
  const name = result => el('bdi', { text: shown(result.variant) });
  const scope = app.state.now.scope === 'model' ? '' : `, ${shown(app.state.now.scope)}`;
  const problem = all.filter(result => result.missing).map(result => `${shown(result.variant)}: ${result.missing}`);
  $('problem').hidden = problem.length === 0;
  const told = problem.length ? `No energy for ${problem.join('; ')}.` : '';
  if ($('problem').textContent !== told) $('problem').textContent = told;
  if (focus.missing) return $('headline').replaceChildren(strong('–'), ' ', name(focus), scope);
  if (focus === base || base.missing) {
    const arithmetic = [...focus.stages.values()].reduce((sum, parts) => sum + parts[0], 0);
    const rest = focus.view.parts > 1 ? `, ${percent(arithmetic / focus.total)} of it arithmetic` : '';
    return $('headline').replaceChildren(strong(energy(focus.total)), ' ', name(focus), `${scope}${rest}`);
  }
  const saved = 1 - focus.total / base.total;
  $('headline').replaceChildren(strong(percent(Math.abs(saved))), saved < 0 ? ' more: ' : ' saved: ', name(focus), ` takes ${energy(focus.total)}, `, name(base), ` ${energy(base.total)}${scope}`);
}

// A total of a variant at other values of some numbers, or a saving.
function total({ graph, at }) {
  const { table, format, movement, scope } = app.state.now;
  const view = model.view({ graph: at, table, format, movement: movement - 1 });
  return view.missing.length > 0 || model.broken(graph) ? NaN : model.total(view, scope);
}

function drawCurve(all) {
  const { table, scope } = app.state.now;
  const key = app.axes.curve;
  const control = model.controls.get(key);
  if (!control) return;
  const values = axisValues(app, control, 41);
  const graphs = app.graphs();
  const saving = graphs.length > 1;
  const now = model.program.values[control.symbol];
  const totals = values.map(value => {
    model.vary(control, value, table);
    return graphs.map(total);
  });
  model.vary(control, now, table);
  const of = (row, at) => (saving ? 1 - row[at] / row[0] : row[at]);
  const here = all.map(result => (result.missing ? NaN : result.total));
  const lines = graphs.map(({ graph }, at) => ({ name: graph.variant, colour: at, values: totals.map(row => of(row, at)), at: of(here, at) })).slice(saving ? 1 : 0);
  $('curvehead').textContent = `${saving ? `Saving against ${shown(graphs[0].graph.variant)}` : 'Energy'} over ${shown(key)}${scope === 'model' ? '' : `, ${shown(scope)}`}`;
  curve.draw({ control, values, lines, now, saving });
}

function drawHeat() {
  const { table } = app.state.now;
  const [x, y] = [app.axes.x, app.axes.y].map(key => model.controls.get(key));
  if (!x || !y || x === y) {
    $('heat').hidden = true;
    return $('heatsays').replaceChildren('Choose two different axes.');
  }
  $('heat').hidden = false;
  const graphs = app.graphs();
  const focus = graphs.find(({ graph }) => graph.variant === app.focus());
  const saving = focus !== graphs[0];
  const now = [x, y].map(control => model.program.values[control.symbol]);
  const [xs, ys] = [axisValues(app, x, 24), axisValues(app, y, 14)];
  const values = ys.map(second => {
    model.vary(y, second, table);
    return xs.map(first => {
      model.vary(x, first, table);
      return saving ? 1 - total(focus) / total(graphs[0]) : total(focus);
    });
  });
  model.vary(x, now[0], table);
  model.vary(y, now[1], table);
  $('heathead').textContent = saving ? `What ${shown(focus.graph.variant)} saves` : `Energy of ${shown(focus.graph.variant)}`;
  heat.draw({ x, y, xs, ys, values, saving, now, dark: dark.matches });
}

function drawOps(all) {
  const focus = all.find(result => result.variant === app.focus()) ?? all[0];
  const parts = focus.missing ? focus.view.graph.ops.map(() => []) : focus.parts;
  const view = focus.missing ? { ...focus.view, missing: [focus.missing] } : focus.view;
  graph.draw(view, parts, app.state.now.scope, dark.matches);
  $('graphsays').textContent = `${shown(focus.variant)}: ${focus.view.graph.ops.length} ops; the stronger the colour, the more energy. Arrow keys go from op to op.`;
  drawDetail(app, view, parts);
  table.draw(all);
}

// Controls for what the variants shown depend on.
function usedControls(all) {
  const used = new Set();
  for (const { view } of all) {
    for (const check of view.graph.checks) for (const symbol of model.program.inside(check.sum)) used.add(symbol);
    for (const items of view.items) for (const { count, price } of items) {
      for (const sum of [count, price]) for (const symbol of model.program.inside(sum)) used.add(symbol);
    }
  }
  const levels = app.state.now.movement > 0 ? data.tables[app.state.now.table].levels : [];
  const sizes = new Map(levels.map((level, at) => [level.kib?.[0], data.sizes[at]]));
  return [...model.controls.values()].filter(control =>
    (used.has(control.symbol) || used.has(sizes.get(control.symbol))) && (control.kind === 'dim' || control.table === app.state.now.table));
}
let controlsKey = '';
let controlsNow = [];

let waiting = 0;
let late = 0;
// The first time nobody knows how long it takes.
let lateTook = Infinity;
let heatTook = 0;
let took = 0;
// Everything is drawn in the next frame; what takes longer once the reader rests.
function update() {
  if (!waiting) waiting = requestAnimationFrame(draw);
}
function draw() {
  waiting = 0;
  const start = performance.now();
  const now = app.state.now;
  model.set(now.settings, now.table);
  const all = results();
  const key = [now.phase, now.table, now.format, now.movement, [...now.hidden].join()].join('|');
  app.shape = [now.phase, now.table, now.movement].join();
  if (key !== controlsKey) {
    controlsKey = key;
    controlsNow = usedControls(all);
  }
  headline(all);
  bars.draw(all);
  app.controls.show(controlsNow);
  drawCurve(all);
  clearTimeout(late);
  const rest = () => {
    const start = performance.now();
    drawHeat();
    heatTook = performance.now() - start;
    drawOps(all);
    lateTook = performance.now() - start;
  };
  if (lateTook < 6) rest();
  else late = setTimeout(rest, lateTook === Infinity ? 0 : 120);
  took = performance.now() - start;
  remember();
}

// Once the reader rests, the address follows, and the result is said.
let remembering = 0;
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    const told = $('headline').textContent;
    if ($('said').textContent !== told) $('said').textContent = told;
    const fragment = states.write(app.state.now);
    if (fragment !== location.hash.slice(1)) history.replaceState(null, '', fragment ? `#${fragment}` : location.pathname + location.search);
  }, 150);
}

function buildChoices() {
  const now = app.state.now;
  const known = states.variants(now.phase);
  const held = document.activeElement?.dataset?.held;
  const scopes = model.scopesOf(now.phase);
  const pick = (name, label, options, chosen, change) => {
    const element = choice(label, options, chosen, change);
    element.querySelector('select').dataset.held = name;
    return options.length > 1 || ['table', 'format'].includes(name) ? element : null;
  };
  const chips = known.length < 2 ? null : el('span', { class: 'chips', role: 'group', 'aria-label': 'Variants' }, ...known.map((name, at) => {
    const id = `variant${at}`;
    const box = el('input', { type: 'checkbox', id, checked: !now.hidden.has(name), onchange: () => {
      const hidden = new Set(now.hidden);
      if (box.checked) hidden.delete(name);
      else hidden.add(name);
      if (hidden.size === known.length) { box.checked = true; return; }
      app.choose({ hidden });
    } });
    box.dataset.held = id;
    return el('span', { class: 'chip' }, box, el('label', { htmlFor: id }, el('bdi', { text: shown(name) })));
  }));
  $('choices').replaceChildren(...[
    chips,
    pick('phase', 'Phase', data.phases, now.phase, phase => app.choose({ phase })),
    pick('scope', 'Scope', scopes, scopes.indexOf(now.scope), at => app.choose({ scope: scopes[at] })),
    pick('table', 'Table', states.names.table, now.table, table => app.choose({ table, format: data.tables[table].prices[now.format] ? now.format : states.defaultFormat(table) })),
    pick('format', 'Format', data.formats, now.format, format => app.choose({ format })),
    pick('movement', 'Movement', states.names.movement, now.movement, movement => app.choose({ movement })),
  ].filter(Boolean));
  model.set(now.settings, now.table);
  const used = new Set(usedControls(results()).map(control => control.key));
  const keys = [...model.controls.values()].filter(control => !control.fixed && (control.kind === 'dim' || used.has(control.key))).map(control => control.key);
  for (const name of ['curve', 'x', 'y']) {
    const wanted = [now[name], states.usual[name], ...keys].find(key => keys.includes(key) && (name !== 'y' || key !== app.axes.x));
    app.axes[name] = (keys.includes(now[name]) ? now[name] : wanted) ?? null;
  }
  $('curve').parentElement.hidden = keys.length === 0;
  $('heat').parentElement.hidden = keys.length < 2;
  const axis = (name, label) => pick(name, label, keys, keys.indexOf(app.axes[name]), at => app.choose({ [name]: keys[at] }));
  $('curvepick').replaceChildren(...[axis('curve', 'Over')].filter(Boolean));
  $('heatpick').replaceChildren(...[axis('x', 'Across'), axis('y', 'Up')].filter(Boolean));
  const shownNames = known.filter(name => !now.hidden.has(name));
  $('graphpick').replaceChildren(...[pick('of', 'Variant', shownNames, shownNames.indexOf(app.focus()), at => app.choose({ of: shownNames[at] }))].filter(Boolean));
  $('tablepick').replaceChildren(pick('by', 'By', states.names.by, now.by, by => app.choose({ by })), ...table.buttons);
  if (held) document.querySelector(`[data-held="${CSS.escape(held)}"]`)?.focus();
}

$('model').textContent = shown(data.model);
$('reset').addEventListener('click', () => app.choose({ settings: new Map() }));
$('skip').addEventListener('click', event => { event.preventDefault(); $('answer').focus(); });
addEventListener('hashchange', () => { app.state.now = states.read(location.hash); buildChoices(); update(); });
dark.addEventListener('change', update);
const notes = [`picojoule ${data.version}`, ...data.notes.map(shown), 'tiles and static energy: see picojoule sweep and estimate'];
$('footer').append(...notes.map(note => el('p', { class: 'quiet', text: note })));
const opened = app.state.now;
app.state.now = states.read('');
model.set(app.state.now.settings, app.state.now.table);
app.colours = stageColours(model, results());
app.state.now = opened;
buildChoices();
draw();
$('entrybox').open = $('dims').children.length === 0;

const ready = performance.now();

// For whoever wants the numbers: a state as in the address, and what it costs.
window.picojoule = {
  evaluate: fragment => {
    const before = app.state.now;
    app.state.now = states.read(fragment);
    model.set(app.state.now.settings, app.state.now.table);
    const all = results().map(result => ({
      variant: result.variant,
      missing: result.missing,
      picojoules: result.total,
      summed: result.missing ? null : total(app.graphs().find(({ at }) => at === result.at)),
      stages: Object.fromEntries([...result.stages].map(([stage, parts]) => [model.stages[stage], [...parts]])),
    }));
    app.state.now = before;
    model.set(before.settings, before.table);
    return all;
  },
  copied: name => table.written(name),
  times: () => ({ ready, frame: took, late: lateTook, heat: heatTook }),
  fragment: () => states.write(app.state.now),
};
