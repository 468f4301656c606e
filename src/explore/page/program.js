// Expressions: sums of products of atoms, as the program wrote them down. Each
// part is worked out at most once for one set of values.

// Of doubles that are a floor's argument, so many last digits are noise.
const NOISE = 1e-13;

function makeProgram({ symbols, atoms, products, sums }) {
  const values = new Float64Array(symbols.length).fill(NaN);
  const [sumSeen, productSeen, atomSeen] = [sums, products, atoms].map(all => new Uint32Array(all.length));
  const [sumValue, productValue, atomValue] = [sums, products, atoms].map(all => new Float64Array(all.length));
  let now = 1;

  const FUNCTIONS = {
    fits: (bits, capacity) =>
      Number.isNaN(bits + capacity) ? NaN : bits <= capacity * (1 + NOISE) ? 1 : 0,
    distinct: (all, each, tokens) =>
      each >= all ? all : all * (1 - Math.pow(1 - each / all, tokens)),
    address: positions => (positions <= 2 ? 1 : Math.ceil(positions - 1).toString(2).length),
    passes: (capacity, head, column, columns) =>
      capacity - head >= column ? Math.ceil(columns / Math.floor((capacity - head) / column)) : NaN,
  };

  const call = (name, given) => {
    const known = FUNCTIONS[name];
    if (known) return known(...given);
    return given[0] > 0 ? Math.pow(given[0], Number(name.slice('power_'.length))) : NaN;
  };

  const floor = at => {
    const terms = sums[at];
    let [value, size] = [0, 1];
    for (let i = 0; i < terms.length; i += 2) {
      const term = terms[i] * product(terms[i + 1]);
      value += term;
      size += Math.abs(term);
    }
    const near = Math.round(value);
    return Math.abs(value - near) <= NOISE * size ? near : Math.floor(value);
  };

  const atom = at => {
    if (atomSeen[at] === now) return atomValue[at];
    const [kind, first, second] = atoms[at];
    const value =
      kind === 0 ? values[first]
      : kind === 1 ? sum(first)
      : kind === 2 ? floor(first)
      : kind === 3 ? Math.max(sum(first), sum(second))
      : call(first, second.map(sum));
    atomSeen[at] = now;
    return (atomValue[at] = value);
  };

  const product = at => {
    if (productSeen[at] === now) return productValue[at];
    const factors = products[at];
    let [above, below] = [1, 1];
    for (let i = 0; i < factors.length; i += 2) {
      const exponent = factors[i + 1];
      const base = atom(factors[i]);
      if (exponent > 0) above *= exponent === 1 ? base : Math.pow(base, exponent);
      else below *= exponent === -1 ? base : Math.pow(base, -exponent);
    }
    productSeen[at] = now;
    return (productValue[at] = below === 0 ? NaN : above / below);
  };

  const sum = at => {
    if (sumSeen[at] === now) return sumValue[at];
    const value = total(sums[at]);
    sumSeen[at] = now;
    return (sumValue[at] = value);
  };

  // The value of coefficients and products, by turns.
  const total = terms => {
    let value = 0;
    for (let i = 0; i < terms.length; i += 2) value += terms[i] * product(terms[i + 1]);
    return value;
  };

  // Several sums as one.
  const merged = all => {
    const terms = new Map();
    for (const at of all) {
      const own = sums[at];
      for (let i = 0; i < own.length; i += 2) {
        terms.set(own[i + 1], (terms.get(own[i + 1]) ?? 0) + own[i]);
      }
    }
    return [...terms].flatMap(([product, coefficient]) => [coefficient, product]);
  };

  // The symbols that a sum depends on.
  const known = new Map();
  const inside = at => {
    if (known.has(at)) return known.get(at);
    const found = new Set();
    known.set(at, found);
    for (let i = 1; i < sums[at].length; i += 2) {
      const factors = products[sums[at][i]];
      for (let k = 0; k < factors.length; k += 2) {
        const [kind, first, second] = atoms[factors[k]];
        if (kind === 0) found.add(first);
        else {
          const inner = kind === 3 ? [first, second] : kind === 4 ? second : [first];
          for (const one of inner) for (const symbol of inside(one)) found.add(symbol);
        }
      }
    }
    return found;
  };

  const set = (symbol, value) => {
    values[symbol] = value;
    now += 1;
  };

  return { symbols, atoms, products, sums, values, sum, total, merged, inside, set };
}

