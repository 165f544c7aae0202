// Tells the values under the pointer. Without this script the page says the same in titles and tables.
(() => {
  'use strict';
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  document.body.append(tip);

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const svg = (name, attributes) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    return made;
  };
  const show = (x, y, content) => {
    tip.replaceChildren(...content);
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const left = x + 16 + box.width < innerWidth ? x + 16 : x - 16 - box.width;
    tip.style.left = Math.max(6, left) + 'px';
    tip.style.top = Math.max(6, Math.min(y - box.height / 2, innerHeight - box.height - 6)) + 'px';
  };
  const hide = () => { tip.hidden = true; };

  // Titles of shapes are shown at once, not after a second.
  for (const title of document.querySelectorAll('svg title')) {
    const shape = title.parentNode;
    const text = title.textContent;
    title.remove();
    shape.addEventListener('pointermove', event => show(event.clientX, event.clientY, [element('span', text)]));
    shape.addEventListener('pointerleave', hide);
  }

  for (const script of document.querySelectorAll('.chart > script')) {
    const data = JSON.parse(script.textContent);
    const chart = script.parentNode.querySelector('svg');
    const marks = chart.querySelector('.hover');
    let current = -1;
    const leave = () => { current = -1; marks.replaceChildren(); hide(); };
    const point = index => {
      const place = chart.getBoundingClientRect();
      const scale = place.width / chart.viewBox.baseVal.width;
      const column = data.columns[index];
      const shown = [svg('line', { x1: column, x2: column, y1: data.top, y2: data.bottom })];
      const lines = [element('b', data.labels[index])];
      for (const series of data.series) {
        if (series.rows[index] === null) continue;
        shown.push(svg('circle', { cx: column, cy: series.rows[index], r: 4.5, class: series.colour }));
        const line = element('div');
        const name = element('span');
        name.append(element('i', '', series.colour), series.name);
        line.append(name, element('b', series.texts[index]));
        lines.push(line);
      }
      marks.replaceChildren(...shown);
      show(place.left + column * scale, place.top + data.top * scale + 60, lines);
      current = index;
    };
    chart.addEventListener('pointermove', event => {
      const place = chart.getBoundingClientRect();
      const column = (event.clientX - place.left) * chart.viewBox.baseVal.width / place.width;
      let nearest = 0;
      data.columns.forEach((other, index) => {
        if (Math.abs(other - column) < Math.abs(data.columns[nearest] - column)) nearest = index;
      });
      point(nearest);
    });
    chart.addEventListener('pointerleave', leave);
    chart.tabIndex = 0;
    chart.addEventListener('blur', leave);
    chart.addEventListener('keydown', event => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === 'Escape') leave();
      if (!step) return;
      event.preventDefault();
      const last = data.columns.length - 1;
      point(current < 0 ? (step > 0 ? 0 : last) : Math.max(0, Math.min(last, current + step)));
    });
  }
})();
