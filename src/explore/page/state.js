// What is chosen, and how it stands in the page's address.

function makeState(model) {
  const { data, controls } = model;
  const names = {
    phase: data.phases,
    table: data.tables.map(table => table.name),
    format: data.formats,
    movement: ['none', ...data.movements],
    by: ['stage', 'layer', 'op', 'primitive'],
  };
  // Over which numbers curves and maps go unless others are chosen.
  const axes = [...controls.values()].filter(control => control.kind === 'dim' && !control.fixed);
  // What is chosen is called so in a fragment; a dim of such a name has a dot before.
  const RESERVED = new Set(['phase', 'table', 'format', 'movement', 'by', 'scope', 'of', 'hide', 'x', 'y', 'curve', 'op']);
  // What makes a difference, as far as names tell.
  const LENGTHS = ['n', 'seq', 'sequence_length', 'tokens', 'context', 'm', 't', 'img', 'rho', 'd'];
  const named = (names, others) => names.map(name => others.find(axis => axis.key === name)).find(Boolean)
    ?? others.find(axis => !['b', 'batch'].includes(axis.key)) ?? others[0];
  const first = named(LENGTHS, axes);
  const second = named(['d', 'rho', 'h'], axes.filter(axis => axis !== first));

  // The first table, with the first format that it has prices for.
  const usable = table => data.formats.findIndex((_, format) =>
    data.tables[table].prices[format]?.every(price => typeof price !== 'string'));
  const defaultFormat = table => Math.max(0, usable(table));
  const start = () => ({
    phase: 0, table: 0, format: defaultFormat(0), movement: 0,
    scope: data.scope ?? 'model', of: null, hidden: new Set(), by: 0, op: null,
    x: null, y: null, curve: null,
    settings: new Map(),
  });

  const allowed = (control, value) => {
    if (!Number.isFinite(value) || value < 0 || value > 1e15) return false;
    if (control.fixed) return false;
    if (control.whole && !Number.isInteger(value)) return false;
    if (control.unit === 'KiB' || control.unit === 'bit') return value > 0;
    return !control.share || value <= 1;
  };

  const variants = phase => model.graphsOf(phase).map(({ graph }) => graph.variant);

  // What a fragment says; what it says wrongly is as if it were not there.
  const read = fragment => {
    const state = start();
    let typed;
    try {
      typed = new URLSearchParams(fragment.replace(/^#/, ''));
    } catch {
      return state;
    }
    for (const key of ['phase', 'table', 'movement', 'by']) {
      const at = names[key].indexOf(typed.get(key));
      if (at >= 0) state[key] = at;
    }
    state.format = defaultFormat(state.table);
    const format = names.format.indexOf(typed.get('format'));
    if (format >= 0) state.format = format;
    if (model.scopesOf(state.phase).includes(typed.get('scope'))) state.scope = typed.get('scope');
    if (!model.scopesOf(state.phase).includes(state.scope)) state.scope = 'model';
    const known = variants(state.phase);
    if (known.includes(typed.get('of'))) state.of = typed.get('of');
    const hidden = typed.getAll('hide').filter(name => known.includes(name));
    if (hidden.length < known.length) state.hidden = new Set(hidden);
    for (const key of ['x', 'y', 'curve']) {
      const control = controls.get(typed.get(key) ?? '');
      if (control && !control.fixed) state[key] = control.key;
    }
    if (typed.has('op')) state.op = typed.get('op');
    for (const [key, text] of typed) {
      if (RESERVED.has(key)) continue;
      const control = controls.get(key.startsWith('.') ? key.slice(1) : key);
      const value = /^[0-9.eE+-]+$/.test(text) ? Number(text) : NaN;
      if (control && allowed(control, value) && value !== control.value) state.settings.set(control.key, value);
    }
    return state;
  };

  const write = state => {
    const usual = start();
    const typed = new URLSearchParams();
    for (const key of ['phase', 'table', 'movement', 'by']) if (state[key] !== usual[key]) typed.set(key, names[key][state[key]]);
    if (state.format !== defaultFormat(state.table)) typed.set('format', names.format[state.format]);
    for (const key of ['scope', 'of', 'x', 'y', 'curve', 'op']) if (state[key] !== usual[key] && state[key] !== null) typed.set(key, state[key]);
    for (const name of state.hidden) typed.append('hide', name);
    // A dim may be called as a choice is.
    for (const [key, value] of state.settings) typed.set(RESERVED.has(key) ? `.${key}` : key, String(value));
    return typed.toString();
  };

  const usual = { curve: first?.key, x: first?.key, y: second?.key };
  return { names, usual, read, write, allowed, variants, defaultFormat };
}

