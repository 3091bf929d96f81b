// Where boxes and lines of a drawing of ties stand, as service/console/drawings/_layers.py and _graph_layout.py place
// them: needed again when a stack is opened. Linked before drawing.js.
(() => {
  "use strict";
  const GAP = 9, TOP = 40, BOTTOM = 14, ASIDE = 4, PASSES = 16, HOME = 0.3;
  const short = (value) => String(Math.round(value * 10) / 10);

  // In the order given, at least so far apart, with the least squares from where each wants to be.
  const spaced = (wanted, weights, apart) => {
    const pools = [];
    let offset = 0;
    const offsets = wanted.map((_, n) => (offset += n ? apart[n - 1] : 0));
    wanted.forEach((y, n) => {
      let pool = [y - offsets[n], weights[n], 1];
      while (pools.length && pools[pools.length - 1][0] > pool[0]) {
        const before = pools.pop();
        const heavy = before[1] + pool[1];
        pool = [(before[0] * before[1] + pool[0] * pool[1]) / heavy, heavy, before[2] + pool[2]];
      }
      pools.push(pool);
    });
    const flat = [];
    for (const [mean, , many] of pools) for (let n = 0; n < many; n++) flat.push(mean);
    return flat.map((y, n) => y + offsets[n]);
  };

  const place = (columns, edges) => {
    const beside = new Map();
    for (const [one, other, weight] of edges) {
      for (const [a, b] of [[one, other], [other, one]]) {
        if (!beside.has(a)) beside.set(a, []);
        beside.get(a).push([b, weight]);
      }
    }
    let tallest = 0;
    for (const column of columns) {
      let top = 0;
      for (const one of column) { one.y = top + one.h / 2; top += one.h + GAP; }
      if (column.length) tallest = Math.max(tallest, column[column.length - 1].y);
    }
    for (const column of columns) {
      if (!column.length) continue;
      const shift = (tallest - column[column.length - 1].y) / 2;
      for (const one of column) { one.y += shift; one.home = one.y; }
    }
    for (let turn = 0; turn < PASSES; turn++) {
      for (const column of turn % 2 ? [...columns].reverse() : columns) {
        const weights = [], wanted = column.map((one) => {
          const pulls = beside.get(one) || [];
          const total = HOME + pulls.reduce((sum, pull) => sum + pull[1], 0);
          weights.push(total);
          return (HOME * one.home + pulls.reduce((sum, pull) => sum + pull[0].y * pull[1], 0)) / total;
        });
        const apart = column.slice(1).map((one, n) => (column[n].h + one.h) / 2 + GAP);
        spaced(wanted, weights, apart).forEach((y, n) => { column[n].y = y; });
      }
    }
    const all = columns.reduce((sum, one) => sum.concat(one), []);
    const top = Math.min(...all.map((one) => one.y - one.h / 2));
    for (const one of all) one.y += TOP - top;
    return Math.max(...all.map((one) => one.y + one.h / 2)) + BOTTOM;
  };

  const path = (via, aside, columns) => {
    const one = via[0], other = via[via.length - 1];
    const rightOf = (box) => Math.round(columns[box.column][0] + columns[box.column][1]);
    let x = one.column === other.column ? Math.round(columns[one.column][0]) : rightOf(one);
    let y = Math.round(one.y + aside), text = `M${x} ${y}`;
    if (one.column === other.column) {
      const out = -Math.round(Math.min(14 + 5 * Math.abs(one.place - other.place), 44)), down = Math.round(other.y + aside) - y;
      return `${text}c${out} 0 ${out} ${down} 0 ${down}`;
    }
    for (const next of via.slice(1)) {
      const to = Math.round(columns[next.column][0]), down = Math.round(next.y + aside) - y, half = Math.floor((to - x) / 2);
      text += `c${half} 0 ${half} ${down} ${to - x} ${down}`;
      x = to;
      y += down;
      if (next.bend) {
        text += `h${rightOf(next) - x}`;
        x = rightOf(next);
      }
    }
    return text;
  };

  window.mingbaiPlaces = { place, path, ASIDE, short };
})();
