// Words, numbers and tables as a reader wants them.

// Names come from files: what would break or turn a line is shown as a code.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const shown = name =>
  String(name).replace(UNSEEN, letter => '\\u' + letter.charCodeAt(0).toString(16).padStart(4, '0'));

const UNITS = [['pJ', 1], ['nJ', 1e3], ['µJ', 1e6], ['mJ', 1e9], ['J', 1e12], ['kJ', 1e15], ['MJ', 1e18]];

function significant(value, digits) {
  if (value === 0) return '0';
  const places = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  return places >= 0 ? value.toFixed(Math.min(places, 20)) : String(Math.round(value / 10 ** -places) * 10 ** -places);
}

// Three significant digits, in the unit that a person would pick.
function energy(picojoules, digits = 3) {
  if (!Number.isFinite(picojoules)) return '–';
  const size = Math.abs(picojoules);
  let at = UNITS.findLastIndex(([, unit]) => size >= unit);
  if (at < 0) at = 0;
  let text = significant(picojoules / UNITS[at][1], digits);
  if (/^-?1000/.test(text) && UNITS[at + 1]) text = significant(picojoules / UNITS[++at][1], digits);
  return `${text.replace('-', '−')} ${UNITS[at][0]}`;
}

function bytes(bits) {
  let [value, at] = [bits / 8, 0];
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  while (Math.abs(value) >= 1024 && at < 5) [value, at] = [value / 1024, at + 1];
  const digits = Number.isInteger(value) ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[at]}`;
}

// One decimal, or one digit of what is smaller.
function percent(share) {
  if (!Number.isFinite(share)) return '–';
  const size = Math.abs(100 * share);
  const text = size > 1e-9 && size < 0.05 ? Number((100 * share).toPrecision(1)).toString() : (100 * share).toFixed(1);
  return `${text.replace('-', '−').replace(/^−0\.0$/, '0.0')} %`;
}

// A whole number with spaces, or a few digits.
function count(value) {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1e15) return value.toExponential(3).replace('e+', '·10^');
  if (Number.isInteger(value)) return value.toString().replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return Number(value.toPrecision(6)).toString();
}

const plain = value => String(Number(value.toPrecision(12)));

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const raised = exponent => (exponent === 1 ? '' : [...String(exponent)].map(digit => SUPERSCRIPTS[digit]).join(''));

// An expression as a formula, up to a length; symbols have the names that `name` gives.
function formula(program, at, name = shown, most = 600) {
  let left = most;
  const group = sum => (program.sums[sum].length > 2 ? `(${write(sum)})` : write(sum));
  const atom = number => {
    const [kind, first, second] = program.atoms[number];
    if (kind === 0) return name(program.symbols[first]);
    if (kind === 1) return group(first);
    if (kind === 2) return `⌊${write(first)}⌋`;
    if (kind === 3) return `max(${write(first)}, ${write(second)})`;
    return `${first}(${second.map(write).join(', ')})`;
  };
  const term = (coefficient, factors) => {
    const [above, below] = [[], []];
    const size = Math.abs(coefficient);
    const inverse = 1 / size;
    if (size !== 1 && Math.abs(inverse - Math.round(inverse)) < 1e-12) below.push(String(Math.round(inverse)));
    else if (size !== 1) above.push(plain(size));
    for (let i = 0; i < factors.length; i += 2) {
      const exponent = factors[i + 1];
      (exponent > 0 ? above : below).push(atom(factors[i]) + raised(Math.abs(exponent)));
    }
    const under = below.length > 1 ? `(${below.join('·')})` : below.join('');
    return (above.join('·') || '1') + (under && `/${under}`);
  };
  const write = sum => {
    const terms = program.sums[sum];
    if (terms.length === 0) return '0';
    let text = '';
    for (let i = 0; i < terms.length; i += 2) {
      if (left <= 0) return `${text} + …`;
      const sign = terms[i] < 0 ? '−' : '+';
      const one = term(terms[i], program.products[terms[i + 1]]);
      left -= one.length;
      text += i === 0 ? (sign === '−' ? '−' : '') + one : ` ${sign} ${one}`;
    }
    return text;
  };
  return write(at);
}

// A table of columns { name, number } and rows of texts or { text, value }.
const cellText = cell => (cell !== null && typeof cell === 'object' ? cell.text : String(cell ?? '–'));
const cellValue = cell => (cell !== null && typeof cell === 'object' ? cell.value : cell);

const asMarkdown = ({ columns, rows }) => {
  const cell = text => shown(text).replace(/[\\|*_`<>\[\]#]/g, '\\$&');
  const line = cells => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(column => cell(column.name))),
    line(columns.map(column => (column.number ? '--:' : '---'))),
    ...rows.map(row => line(row.map(one => cell(cellText(one))))),
  ].join('\n') + '\n';
};

const asCsv = ({ columns, rows }) => {
  const cell = text => (/[",\r\n]|^[=+@\t]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const value = one => {
    const raw = cellValue(one);
    return typeof raw === 'number' ? (Number.isFinite(raw) ? String(Number(raw.toPrecision(15))) : '') : cell(String(raw ?? ''));
  };
  const lines = [columns.map(column => cell(column.unit ? `${column.name} (${column.unit})` : column.name))];
  return [...lines, ...rows.map(row => row.map(value))].map(row => row.join(',')).join('\n') + '\n';
};

const LATEX = { '\\': '\\textbackslash{}', '~': '\\textasciitilde{}', '^': '\\textasciicircum{}', 'µ': '$\\mu$', '−': '$-$', '–': '--', '×': '$\\times$', '\u202f': '\\,' };
const asLatex = ({ columns, rows, caption }) => {
  const cell = text => shown(text).replace(/[\\~^µ−–×\u202f]|[&%$#_{}]/g, letter => LATEX[letter] ?? `\\${letter}`);
  const line = cells => `  ${cells.map(one => cell(cellText(one))).join(' & ')} \\\\`;
  return [
    '\\begin{table}', '  \\centering', `  \\caption{${cell(caption)}}`,
    `  \\begin{tabular}{${columns.map(column => (column.number ? 'r' : 'l')).join('')}}`, '  \\toprule',
    line(columns.map(column => column.name)), '  \\midrule', ...rows.map(line),
    '  \\bottomrule', '  \\end{tabular}', '\\end{table}',
  ].join('\n') + '\n';
};

