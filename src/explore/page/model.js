// What a choice of phase, table, format and movement costs.

function makeModel(data) {
  const program = makeProgram(data.program);
  const text = at => data.texts[at];
  const defaults = new Map();
  const controls = new Map();

  for (const dim of data.dims) {
    controls.set(dim.name, { ...dim, kind: 'dim', key: dim.name });
    defaults.set(dim.symbol, dim.value);
  }
  for (const [at, table] of data.tables.entries()) {
    for (const level of table.levels) if (level.kib) defaults.set(...level.kib);
    for (const entry of table.entries) {
      if (!entry.formula) controls.set(entry.name, { ...entry, kind: 'entry', key: entry.name, table: at, source: table.sources[entry.source] });
      defaults.set(entry.symbol, entry.value);
    }
  }
  const graphsOf = phase => data.graphs.map((graph, at) => ({ graph, at })).filter(({ graph }) => graph.phase === phase);

  // All stages of the page, so that each has one colour throughout.
  const stages = [];
  for (const graph of data.graphs) {
    let place = 0;
    for (const stage of graph.stages.map(text)) {
      const known = stages.indexOf(stage);
      if (known >= 0) place = known + 1;
      else stages.splice(place++, 0, stage);
    }
  }

  // Of a level whose price was set by hand, that price goes with no size.
  let byHand = [];
  const priced = (level, at) => (level.by_hand && byHand[at] ? level.by_hand[0] : level.prices);

  const set = (settings, table) => {
    const changed = new Set([...settings.keys()].map(key => controls.get(key)?.symbol));
    byHand = data.tables[table].levels.map(level => level.by_hand?.[1].some(symbol => changed.has(symbol)) ?? false);
    for (const [symbol, value] of defaults) program.values[symbol] = value;
    for (const [key, value] of settings) {
      const control = controls.get(key);
      if (control) program.values[control.symbol] = value;
    }
    for (const [at, level] of data.tables[table].levels.entries()) {
      program.values[data.sizes[at]] = level.kib ? program.values[level.kib[0]] : NaN;
    }
    program.set(data.sizes[0] ?? 0, program.values[data.sizes[0] ?? 0]);
  };

  // A number that is no setting for now, as on an axis.
  const vary = (control, value, table) => {
    program.values[control.symbol] = value;
    for (const [at, level] of data.tables[table].levels.entries()) {
      if (level.kib?.[0] === control.symbol) program.values[data.sizes[at]] = value;
      if (level.by_hand?.[1].includes(control.symbol)) byHand[at] = value !== control.value;
    }
    program.set(control.symbol, value);
  };

  const FAULT = ['fraction', 'negative', 'zero', 'large'];
  const fault = (check, value) => {
    if (!Number.isFinite(value)) return 0;
    if (check.whole && Math.abs(value - Math.round(value)) > 1e-9 * Math.max(1, Math.abs(value))) return 0;
    if (value < 0 && check.least !== null) return 1;
    if (value === 0 && !check.zero) return 2;
    return check.most !== null && value > check.most * (1 + NOISE) ? 3 : FAULT.length;
  };
  const holds = check => fault(check, program.sum(check.sum)) === FAULT.length;
  // What keeps a graph from making sense.
  const broken = graph => {
    for (const check of graph.checks) {
      const value = program.sum(check.sum);
      const found = fault(check, value);
      if (found < FAULT.length) return `${shown(text(check.what))} is ${count(value)}, ${check.faults[found] || 'which it cannot be'}`;
    }
    return null;
  };

  // The items that an op pays for, and why something has no price.
  const views = new Map();
  const view = ({ graph: at, table, format, movement }) => {
    const key = [at, table, format, movement, movement < 0 ? '' : byHand.join()].join();
    if (!views.has(key)) views.set(key, makeView(at, table, format, movement));
    return views.get(key);
  };
  const makeView = (at, table, format, movement) => {
    const graph = data.graphs[at];
    const hardware = data.tables[table];
    const prices = hardware.prices[format];
    const missing = new Set();
    const traffic = movement < 0 ? null : data.moves[at][movement][table][format];
    if (!prices) missing.add(`${hardware.name} has no ${data.formats[format]}`);
    else if (movement >= 0 && traffic === null) missing.add(`${hardware.name} names no memories`);
    const items = graph.ops.map((op, place) => {
      const found = [];
      for (let i = 0; prices && i < (op.d?.length ?? 0); i += 2) {
        const price = prices[op.d[i]];
        if (price === null) continue;
        if (typeof price === 'string') missing.add(`${hardware.name} has no ${price}`);
        else found.push({ part: 0, what: data.classes[op.d[i]], count: op.d[i + 1], price: price[0], entry: price[1] });
      }
      const moved = traffic === null || missing.size > 0 ? [] : data.traffic[traffic][place];
      for (let i = 0; i < moved.length; i += 2) {
        const code = moved[i];
        const level = code >> 3;
        const price = priced(hardware.levels[level], level)[code & 1];
        if (price === null) missing.add(`${hardware.name} has no price for ${hardware.levels[level].name}`);
        else found.push({ part: 1 + level, role: (code >> 1) & 3, direction: code & 1, count: moved[i + 1], price });
      }
      return found;
    });
    return { graph, at, items, missing: [...missing], parts: 1 + (movement < 0 ? 0 : hardware.levels.length), totals: new Map() };
  };

  const inScope = (graph, scope) => {
    if (scope === 'model') return null;
    const found = graph.scopes.find(([name]) => name === scope);
    return new Set(found ? found[1] : []);
  };

  // Energies of every op, part by part, at the values that are set.
  const energies = (of, scope) => {
    const within = inScope(of.graph, scope);
    return of.items.map((items, place) => {
      const parts = new Float64Array(of.parts);
      if (within && !within.has(of.graph.ops[place].s)) return parts;
      for (const { part, count, price } of items) parts[part] += program.sum(count) * program.sum(price);
      return parts;
    });
  };

  // The energy of a scope alone: counts of one price are one sum.
  const total = (of, scope) => {
    if (!of.totals.has(scope)) {
      const within = inScope(of.graph, scope);
      const counts = new Map();
      for (const [place, items] of of.items.entries()) {
        if (within && !within.has(of.graph.ops[place].s)) continue;
        for (const { count, price } of items) counts.set(price, [...(counts.get(price) ?? []), count]);
      }
      of.totals.set(scope, [...counts].map(([price, all]) => [price, program.merged(all)]));
    }
    let sum = 0;
    for (const [price, terms] of of.totals.get(scope)) sum += program.sum(price) * program.total(terms);
    return sum;
  };

  // The scopes that all graphs of a phase have.
  const scopesOf = phase => {
    const graphs = graphsOf(phase).map(({ graph }) => graph);
    const names = graphs[0].scopes.map(([name]) => name);
    const common = names.filter(name => graphs.every(graph => graph.scopes.some(([known]) => known === name)));
    return ['model', ...common.filter(name => name !== 'model')];
  };

  const layerName = (graph, op) => {
    if (op.l === undefined) return text(op.n);
    const { name, rounds } = graph.layers[op.l];
    const times = program.sum(rounds);
    return times === 1 ? text(name) : `${text(name)} (×${count(times)})`;
  };

  return { data, program, controls, stages, text, set, vary, holds, broken, view, energies, total, inScope, scopesOf, graphsOf, layerName };
}

