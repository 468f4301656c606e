// The graph, what one op pays for, and the table.

const ROLES = ['weight', 'activation', 'state', 'partial'];
const DIRECTIONS = ['read', 'write'];
// Of more ops than this no edges are drawn.
const MAX_EDGES = 1500;

function makeGraph(app) {
  const { model } = app;
  let drawn = null;
  let chips = [];
  const box = $('graph');
  const edges = el('svg', { class: 'edges', 'aria-hidden': 'true' });

  const focusChip = (at, move) => {
    const next = Math.min(chips.length - 1, Math.max(0, at));
    for (const [other, chip] of chips.entries()) chip.element.tabIndex = other === next ? 0 : -1;
    if (move) chips[next].element.focus();
  };

  // Ops below those that they read, layer by layer.
  const build = graph => {
    const sections = [];
    const ranks = [];
    for (const [at, op] of graph.ops.entries()) {
      const key = op.l ?? -1;
      if (sections.length === 0 || sections.at(-1).key !== key) {
        const open = sections.find(section => section.key === key && key !== -1);
        if (!open) sections.push({ key, op, rows: [] });
      }
      const section = key === -1 ? sections.at(-1) : sections.find(section => section.key === key);
      const above = (op.i ?? []).filter(from => ranks[from]?.section === section).map(from => ranks[from].rank + 1);
      const rank = Math.max(0, ...above);
      ranks[at] = { section, rank };
      (section.rows[rank] ??= []).push(at);
    }
    chips = [];
    const elements = sections.map(section => {
      const title = el('h3', { class: 'layername' });
      const rows = section.rows.map(row => el('div', { class: 'rank' }, ...row.map(at => {
        const op = graph.ops[at];
        const name = shown(model.text(op.n));
        const place = chips.length;
        const value = el('span', { class: 'value' });
        const element = el('button', {
          type: 'button', class: 'op', tabIndex: place === 0 ? 0 : -1,
          onclick: () => { focusChip(place, false); app.choose({ op: model.text(op.n) }); },
          onkeydown: event => {
            const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
            if (step) { event.preventDefault(); focusChip(place + step, true); }
          },
        }, el('bdi', { text: clipped(name.split('/').at(-1) + (op.m > 1 ? ` · ${op.m} ops` : ''), 28) }), value);
        chips.push({ at, element, value, name });
        return element;
      })));
      return { section, title, element: el('div', { class: 'layer' }, section.key === -1 ? null : title, ...rows) };
    });
    box.replaceChildren(edges, ...elements.map(({ element }) => element));
    const chosen = chips.find(({ at }) => model.text(graph.ops[at].n) === app.state.now.op);
    box.scrollTop = chosen ? chosen.element.offsetTop + (chosen.element.offsetParent === box ? 0 : chosen.element.offsetParent.offsetTop) - 200 : 0;
    if (chosen) focusChip(chips.indexOf(chosen), false);
    return elements.filter(({ section }) => section.key !== -1);
  };

  const drawEdges = graph => {
    edges.replaceChildren();
    if (graph.ops.length > MAX_EDGES) return;
    const places = new Map(chips.map(({ at, element }) => [at, element]));
    const origin = box.getBoundingClientRect();
    const parts = [];
    edges.setAttribute('width', String(box.clientWidth));
    edges.setAttribute('height', String(box.scrollHeight));
    const corner = new Map([...places].map(([at, element]) => {
      const rect = element.getBoundingClientRect();
      return [at, { x: rect.left + rect.width / 2 - origin.left, top: rect.top - origin.top + box.scrollTop, bottom: rect.bottom - origin.top + box.scrollTop }];
    }));
    for (const [at, op] of graph.ops.entries()) for (const from of op.i ?? []) {
      const [a, b] = [corner.get(from), corner.get(at)];
      if (!a || !b) continue;
      const bend = Math.min(40, Math.max(8, (b.top - a.bottom) / 2));
      parts.push(el('path', { d: `M${a.x.toFixed(1)} ${a.bottom.toFixed(1)}C${a.x.toFixed(1)} ${(a.bottom + bend).toFixed(1)} ${b.x.toFixed(1)} ${(b.top - bend).toFixed(1)} ${b.x.toFixed(1)} ${b.top.toFixed(1)}` }));
    }
    edges.append(...parts);
  };
  new ResizeObserver(() => drawn && drawEdges(drawn.graph)).observe(box);

  const draw = (view, parts, scope, dark) => {
    const { graph } = view;
    if (drawn?.graph !== graph) {
      drawn = { graph, titles: build(graph) };
      drawEdges(graph);
    }
    for (const { section, title } of drawn.titles) title.textContent = shown(model.layerName(graph, section.op));
    const sums = parts.map(own => own.reduce((sum, one) => sum + one, 0));
    const most = Math.max(...sums, 0);
    const whole = sums.reduce((sum, one) => sum + one, 0);
    const within = model.inScope(graph, scope);
    for (const { at, element, value, name } of chips) {
      const op = graph.ops[at];
      const isOutside = within !== null && !within.has(op.s);
      const known = view.missing.length === 0 && !isOutside && !(op.u && !(op.d?.length));
      const share = most > 0 ? Math.sqrt(sums[at] / most) : 0;
      element.style.background = known ? heatColour(share, 1, false, dark) : '';
      element.classList.toggle('strong', share > (dark ? 0.6 : 0.75));
      element.classList.toggle('none', !known);
      value.textContent = known ? (sums[at] > 0 ? energy(sums[at]) : '0') : isOutside ? '' : '–';
      const told = known ? `${energy(sums[at])}, ${percent(sums[at] / whole)}` : isOutside ? 'outside of the scope' : 'no energy is known';
      element.setAttribute('aria-label', `${name}: ${told}`);
      element.setAttribute('aria-pressed', String(model.text(op.n) === app.state.now.op));
    }
  };
  return { draw };
}

// What one op pays for.
function drawDetail(app, view, parts) {
  const { model } = app;
  const { program, data } = model;
  const { graph } = view;
  const at = graph.ops.findIndex(op => model.text(op.n) === app.state.now.op);
  if (at < 0) {
    $('detail').replaceChildren(el('p', { class: 'quiet', text: 'Choose an op to see its formula, counts, traffic and the entries that it rests on.' }));
    return;
  }
  const op = graph.ops[at];
  const table = data.tables[app.state.now.table];
  const line = (name, ...children) => el('p', {}, el('span', { class: 'quiet', text: `${name} ` }), ...children);
  const sum = parts[at].reduce((sum, one) => sum + one, 0);
  const head = [
    el('h3', {}, el('bdi', { text: shown(model.text(op.n)) })),
    line('stage', el('bdi', { text: shown(model.text(graph.stages[op.s])) }), op.l === undefined ? '' : ', in ', op.l === undefined ? '' : el('bdi', { text: shown(model.layerName(graph, op)) })),
  ];
  if (op.m > 1) head.push(line('holds', `${op.m} ops`));
  if (op.f !== undefined) head.push(el('p', {}, el('code', { text: shown(model.text(op.f)) })));
  if (op.o) head.push(line('result', el('code', { text: op.o.length ? op.o.map(extent => formula(program, extent, shown, 80)).join(' × ') : 'a number' }), ` = ${op.o.map(extent => count(program.sum(extent))).join(' × ')}`));
  if (op.u) head.push(line('not counted:', [...new Set(op.u.map(model.text))].map(shown).join(', ')));
  const within = model.inScope(graph, app.state.now.scope);
  if (within && !within.has(op.s)) head.push(el('p', { text: `Outside of the scope ${shown(app.state.now.scope)}, so in no sum here.` }));
  else if (view.missing.length) head.push(el('p', { text: `No energy: ${view.missing.map(shown).join('; ')}.` }));
  else head.push(line('energy', energy(sum)));
  const rows = [];
  const entries = new Set();
  // The sizes of levels are called as they are set.
  const name = symbol => {
    const level = /^@\d+$/.test(symbol) ? table.levels[Number(symbol.slice(1))]?.kib : null;
    return shown(level ? program.symbols[level[0]].slice(table.name.length + 1) : symbol);
  };
  const use = price => {
    const symbols = program.inside(price);
    for (const [place, entry] of table.entries.entries()) if (symbols.has(entry.symbol)) entries.add(place);
  };
  for (const item of view.items[at]) {
    const price = program.sum(item.price);
    const number = program.sum(item.count);
    use(item.price);
    if (item.entry !== undefined && item.entry !== null) entries.add(item.entry);
    const what = item.part === 0 ? app.entryName(item) : `${table.levels[item.part - 1].name} ${DIRECTIONS[item.direction]}, ${ROLES[item.role]}`;
    rows.push(el('tr', {},
      el('th', { scope: 'row', text: shown(what) }),
      el('td', { text: item.part === 0 ? count(number) : bytes(number) }),
      el('td', { text: energy(item.part === 0 ? price : price * 8) + (item.part === 0 ? '' : ' / B') }),
      el('td', { text: energy(number * price) })),
    el('tr', { class: 'formula' }, el('td', { colspan: 4 }, el('code', { text: `${formula(program, item.count, name)}${item.part === 0 ? '' : ' bit'}` }))));
  }
  const counts = rows.length === 0 ? [] : [el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'Counts and traffic of the op' }, el('table', {}, el('thead', {}, el('tr', {}, ...['what', 'how many', 'each', 'energy'].map(text => el('th', { scope: 'col', text })))), el('tbody', {}, ...rows)))];
  const sources = [...entries].sort((a, b) => a - b).map(place => {
    const entry = table.entries[place];
    const parts = [entry.confidence, entry.kind, entry.boundary].filter(word => word && word !== 'unstated');
    const value = `${plain(program.values[entry.symbol])} ${entry.unit}`;
    return el('li', {}, el('b', { text: shown(entry.name) }), ` ${entry.formula ? `= ${shown(entry.formula)}` : value}`,
      entry.range ? ` (${plain(entry.range[0])} to ${plain(entry.range[1])})` : '',
      el('span', { class: 'quiet', text: ` ${parts.join(', ')}${entry.source === undefined ? '' : `; ${shown(table.sources[entry.source])}`}${entry.note ? `; ${shown(entry.note)}` : ''}` }));
  });
  const list = sources.length === 0 ? [] : [el('h4', { text: 'Entries' }), el('ul', { class: 'sources' }, ...sources)];
  $('detail').replaceChildren(...head, ...counts, ...list);
}

// So many rows are shown; a copy has all.
const MAX_LINES = 400;

function makeTable(app) {
  const { model } = app;
  let sort = null;
  const group = (view, place, item) => {
    const op = view.graph.ops[place];
    const by = app.state.now.by;
    if (by === 0) return model.text(view.graph.stages[op.s]);
    if (by === 1) return model.layerName(view.graph, op);
    if (by === 2) return model.text(op.n);
    return item.part === 0 ? app.entryName(item) : `${app.partName(item.part)} ${DIRECTIONS[item.direction]}`;
  };
  // Rows by name, with the energy of each variant.
  const table = results => {
    const rows = new Map();
    for (const [at, { view, scope, missing }] of results.entries()) {
      if (missing) continue;
      const within = model.inScope(view.graph, scope);
      for (const [place, items] of view.items.entries()) {
        if (within && !within.has(view.graph.ops[place].s)) continue;
        for (const item of items) {
          const name = group(view, place, item);
          if (!rows.has(name)) rows.set(name, results.map(() => null));
          const row = rows.get(name);
          row[at] = (row[at] ?? 0) + model.program.sum(item.count) * model.program.sum(item.price);
        }
      }
    }
    const cell = value => (value === null ? null : { text: energy(value), value });
    const base = results[0];
    const columns = [{ name: model.data && ['stage', 'layer', 'op', 'primitive'][app.state.now.by] }];
    for (const result of results) columns.push({ name: result.variant, number: true, unit: 'pJ' });
    const others = base && !base.missing ? results.slice(1) : [];
    if (results.length === 1) columns.push({ name: 'share', number: true });
    for (const result of others) columns.push({ name: `${result.variant} saves`, number: true });
    const lines = [...rows].map(([name, values]) => {
      const line = [name, ...values.map(cell)];
      if (results.length === 1) line.push(values[0] === null ? null : { text: percent(values[0] / base.total), value: values[0] / base.total });
      for (const [at] of others.entries()) {
        const [a, b] = [values[0], values[at + 1]];
        const saved = a ? 1 - (b ?? 0) / a : null;
        line.push(saved === null ? null : { text: percent(saved), value: saved });
      }
      return line;
    });
    if (sort && sort.column < columns.length) {
      const value = line => cellValue(line[sort.column]);
      lines.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === null || y === null) return (x === null) - (y === null);
        return sort.down * (typeof x === 'number' ? x - y : shown(x).localeCompare(shown(y)));
      });
    }
    return { columns, rows: lines, caption: app.caption() };
  };

  let last = null;
  const draw = results => {
    last = table(results);
    const head = last.columns.map((column, at) => {
      const state = sort?.column === at ? (sort.down > 0 ? 'ascending' : 'descending') : 'none';
      const button = el('button', { type: 'button', onclick: () => {
        const first = column.number ? -1 : 1;
        sort = { column: at, down: sort?.column === at ? -sort.down : first };
        draw(results);
        $('table').querySelectorAll('th button')[at].focus();
      } }, el('bdi', { text: shown(column.name) }), el('span', { 'aria-hidden': 'true', text: { ascending: ' ↑', descending: ' ↓', none: '' }[state] }));
      return el('th', { scope: 'col', 'aria-sort': state, class: column.number ? 'num' : '' }, button);
    });
    const body = last.rows.slice(0, MAX_LINES).map(row => el('tr', {}, ...row.map((cell, at) =>
      el(at === 0 ? 'th' : 'td', { ...(at === 0 ? { scope: 'row' } : { class: 'num' }) }, el('bdi', { text: shown(cellText(cell)) })))));
    const more = last.rows.length - body.length;
    $('table').replaceChildren(el('caption', { text: shown(last.caption) + (more > 0 ? `; ${more} more rows are in a copy` : '') }), el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...body));
  };

  const copy = async write => {
    const text = write(last);
    const area = $('copy');
    area.value = text;
    try {
      await navigator.clipboard.writeText(text);
      area.hidden = true;
      $('copied').textContent = `Copied ${last.rows.length} rows.`;
    } catch {
      area.hidden = false;
      area.select();
      const done = document.execCommand('copy');
      $('copied').textContent = done ? `Copied ${last.rows.length} rows.` : 'Copy the text below.';
    }
  };
  const buttons = [['Markdown', asMarkdown], ['LaTeX', asLatex], ['CSV', asCsv]].map(([name, write]) =>
    el('button', { type: 'button', onclick: () => copy(write), text: `Copy ${name}` }));
  return { draw, buttons, written: name => ({ markdown: asMarkdown, latex: asLatex, csv: asCsv })[name](last) };
}

