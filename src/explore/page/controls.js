// What a reader moves: choices, sliders, number fields.

// An element; text is text, whatever it holds.
function el(tag, given = {}, ...children) {
  const element = document.createElementNS(SVG_TAGS.has(tag) ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml', tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.setAttribute('class', value);
    else if (name === 'text') element.textContent = value;
    else if (name in element && !SVG_TAGS.has(tag)) element[name] = value;
    else if (value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter(child => child !== null));
  return element;
}
const SVG_TAGS = new Set(['svg', 'g', 'rect', 'path', 'line', 'circle', 'text']);
const $ = id => document.getElementById(id);

let fields = 0;
// A labelled choice of several.
function choice(label, options, chosen, change) {
  const id = `choice${fields++}`;
  const select = el('select', { id, onchange: () => change(select.selectedIndex) });
  for (const option of options) select.append(el('option', { text: shown(option) }));
  select.selectedIndex = chosen;
  return el('span', { class: 'choice' }, el('label', { htmlFor: id, text: label }), select);
}

// Where sliders begin and end.
function range(control) {
  const value = control.value;
  if (control.share || (control.kind === 'dim' && !Number.isInteger(value) && value < 1 && value > 0)) return { least: 0, most: 1 };
  if (control.kind === 'dim' && (control.whole || Number.isInteger(value))) {
    return { least: Math.max(1, Math.floor(value / 64)), most: Math.max(64, value * 64), log: true, whole: true };
  }
  if (value <= 0) return { least: 0, most: 10 };
  const whole = control.unit === 'bit';
  const times = control.unit === 'KiB' ? 64 : 10;
  return { least: whole ? 1 : value / times, most: value * times, log: true, whole };
}

const STEPS = 400;
const toValue = ({ least, most, log, whole }, at) => {
  const share = at / STEPS;
  const value = log ? least * (most / least) ** share : least + (most - least) * share;
  return whole ? Math.round(value) : Number(value.toPrecision(4));
};
const toStep = ({ least, most, log }, value) => {
  const share = log ? Math.log(value / least) / Math.log(most / least) : (value - least) / (most - least);
  return Math.min(STEPS, Math.max(0, share * STEPS));
};

function makeControls(app) {
  const { model } = app;
  const rows = new Map();

  // The nearest value at which all that is shown makes sense.
  const fitting = (control, value) => {
    const bounds = range(control);
    if (control.kind !== 'dim' || !bounds.whole) return value;
    const checks = app.graphs().flatMap(({ graph }) => graph.checks.filter(check => model.program.inside(check.sum).has(control.symbol)));
    const fits = candidate => {
      if (candidate < 1) return false;
      model.program.set(control.symbol, candidate);
      return checks.every(model.holds);
    };
    const before = model.program.values[control.symbol];
    let found = null;
    for (let off = 0; off <= 512 && found === null; off++) {
      if (fits(value + off)) found = value + off;
      else if (off > 0 && fits(value - off)) found = value - off;
    }
    model.program.set(control.symbol, before);
    return found ?? value;
  };

  // A slider and a field for one number.
  const row = control => {
    const bounds = range(control);
    const id = `number${fields++}`;
    const unit = control.unit ? ` in ${control.unit}` : '';
    const slider = el('input', { type: 'range', id: `${id}s`, min: 0, max: STEPS, step: 1, 'aria-label': `${shown(control.key)}${unit}, slider`, disabled: control.fixed ?? false });
    const field = el('input', { type: 'text', inputMode: 'decimal', id, 'aria-label': `${shown(control.key)}${unit}`, autocomplete: 'off', spellcheck: false, disabled: control.fixed ?? false });
    slider.addEventListener('input', () => {
      const value = fitting(control, toValue(bounds, Number(slider.value)));
      app.setNumber(control, value);
    });
    field.addEventListener('change', () => {
      const value = Number(field.value.trim().replace(',', '.'));
      const good = field.value.trim() !== '' && app.state.allowed(control, value);
      field.setAttribute('aria-invalid', String(!good));
      if (good) app.setNumber(control, value);
    });
    const label = el('label', { htmlFor: id }, el('bdi', { text: shown(control.kind === 'entry' ? control.key.slice(model.data.tables[control.table].name.length + 1) : control.key) }));
    label.title = shown(control.key);
    if (control.fixed) label.title = 'another value makes another graph, and another page';
    if (control.kind === 'entry') {
      const known = [control.confidence, control.source, control.note].filter(Boolean).map(shown).join(' · ');
      label.title = `${shown(control.name)}: ${known}`;
    }
    const element = el('div', { class: 'number' }, label, slider, field, el('span', { class: 'unit', text: control.unit ?? '' }));
    const update = () => {
      const value = model.program.values[control.symbol];
      if (document.activeElement !== slider) slider.value = String(Math.round(toStep(bounds, value)));
      slider.setAttribute('aria-valuetext', `${plain(value)} ${control.unit ?? ''}`.trim());
      if (document.activeElement !== field) {
        field.value = plain(value);
        field.removeAttribute('aria-invalid');
      }
      element.classList.toggle('changed', value !== control.value);
    };
    return { element, update };
  };

  // The numbers that matter for what is shown.
  const show = controls => {
    const [dims, entries] = [[], []];
    for (const control of controls) (control.kind === 'dim' ? dims : entries).push(control);
    for (const [box, wanted] of [[$('dims'), dims], [$('entries'), entries]]) {
      const elements = wanted.map(control => {
        if (!rows.has(control.key)) rows.set(control.key, row(control));
        return rows.get(control.key).element;
      });
      const same = elements.length === box.children.length && elements.every((element, at) => box.children[at] === element);
      if (!same) box.replaceChildren(...elements);
    }
    $('entrybox').hidden = entries.length === 0;
    for (const control of controls) rows.get(control.key).update();
  };

  return { show, fitting };
}

