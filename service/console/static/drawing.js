// Drawings of ties: what the server drew is complete; this lets it move. Everything is read from the drawing and from
// the table below it, so nothing is sent twice. No library; drawing_places.js and drawing_export.js are linked before.
(() => {
  "use strict";
  if (!window.mingbaiPlaces || !window.mingbaiExport) return;
  const NS = "http://www.w3.org/2000/svg";
  const { place, path, ASIDE, short } = window.mingbaiPlaces;
  const ICON = 24, PAD = 8, ROW = 24;
  const make = (name, attributes, text) => {
    const one = document.createElementNS(NS, name);
    for (const key in attributes) if (attributes[key] !== null) one.setAttribute(key, attributes[key]);
    if (text !== undefined) one.textContent = text;
    return one;
  };
  const month = (text) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1;

  // ---- what is drawn -------------------------------------------------------------------------------------------
  const read = (figure, svg) => {
    const kindsOf = (name) => figure.querySelector(`table.${name}`).dataset.kinds.split(" ");
    const [kinds, tieKinds] = [kindsOf("nodes"), kindsOf("ties")];
    const nodes = [...figure.querySelectorAll("table.nodes tbody tr")].map((row, n) => {
      const [kind, column, order, stack, part] = row.dataset.n.split(" ");
      return { key: "n" + n, kind: kinds[kind], column: Number(column), order: Number(order), stack: stack === "-" ? "" : stack,
        is: { h: "hub", m: "member" }[part] || "", row };
    });
    const ties = [...figure.querySelectorAll("table.ties tbody tr")].map((row) => {
      const [one, other, kind, matters] = row.dataset.t.split(" ").map(Number);
      // Of the last five: how, to what, how often, how much, when.
      const cells = [...row.cells].slice(-5).map((cell) => cell.textContent);
      const days = cells[4].match(/\d{4}-\d\d/g);
      const said = [nodes[one].row.cells[1].textContent, ...cells].filter(Boolean).join(" · ");
      return { one: nodes[one], other: nodes[other], kind: tieKinds[kind], matters: matters === 1, said,
        count: Number(cells[2].replace(/\D/g, "")) || 1, first: days ? month(days[0]) : null };
    });
    const columns = svg.dataset.columns.split(" ").map((one) => one.split(":").map(Number));
    const bends = (svg.dataset.bends || "").split(" ").filter(Boolean).map((one) => {
      const [key, column, order] = one.split(":");
      return { key, column: Number(column), order: Number(order), h: 3, bend: true };
    });
    return { nodes, ties, columns, bends, tieKinds };
  };

  // ---- one drawing ----------------------------------------------------------------------------------------------
  const graph = (figure) => {
    const canvas = figure.querySelector(".canvas"), controls = figure.querySelector(".controls");
    const svg = canvas && canvas.querySelector("svg");
    if (!svg || !controls) return;
    const says = controls.dataset;
    const { nodes, ties, columns, bends, tieKinds } = read(figure, svg);
    const layer = { nodes: svg.querySelector(".nodes"), faint: svg.querySelector(".faint"), strong: svg.querySelector(".ties:not(.faint)") };
    layer.hits = layer.nodes.parentNode.insertBefore(make("g", { class: "hits" }), layer.nodes);
    layer.brackets = layer.nodes.parentNode.insertBefore(make("g", { class: "brackets" }), null);
    const wide = svg.viewBox.baseVal.width;
    const open = new Set(), hidden = new Set(), stacks = new Map(), byKey = new Map(), boxes = new Map();
    let until = Infinity, lines = [];
    for (const one of nodes) {
      byKey.set(one.key, one);
      if (one.stack) stacks.set(one.stack, (stacks.get(one.stack) || []).concat(one));
    }
    for (const element of svg.querySelectorAll(".node")) {
      const at = element.transform.baseVal.getItem(0).matrix, key = element.dataset.k, h = element.querySelector(".face").height.baseVal.value;
      const first = byKey.get(key) || stacks.get(key)[0];
      boxes.set(key, { key, element, h, y: at.f + h / 2, column: first.column, order: Math.min(...(stacks.get(key) || [first]).map((one) => one.order)) });
    }

    // A node a stack holds, drawn when the stack is opened.
    const boxOf = (node) => {
      if (boxes.has(node.key)) return boxes.get(node.key);
      const cells = node.row.cells, label = cells[1].textContent, note = cells[2].textContent, w = columns[node.column][1];
      const h = ROW, touched = ties.some((tie) => tie.matters && (tie.one === node || tie.other === node));
      const element = make("g", { class: `node ${node.kind} ${node.is}${touched ? " matters" : ""}`, "data-k": node.key });
      const link = cells[1].querySelector("a");
      const inside = link ? element.appendChild(make("a", { href: link.getAttribute("href") })) : element;
      inside.appendChild(make("title", {}, [`${cells[0].textContent} ${label}`, note, cells[3].textContent].filter(Boolean).join(" · ")));
      inside.appendChild(make("rect", { width: short(w), height: h, rx: 6, class: "face" }));
      inside.appendChild(make("use", { href: `#${figure.id}-${node.kind}`, x: 6, y: 5 }));
      layer.nodes.appendChild(element);
      // Name and note on one line, as much of it as there is room for.
      const text = inside.appendChild(make("text", { x: ICON, y: 16.5, class: "label" }));
      const fill = (one, what) => {
        one.textContent = what;
        for (let n = what.length - 1; n > 0 && text.getComputedTextLength() > w - ICON - PAD; n--) one.textContent = what.slice(0, n) + "…";
      };
      fill(text.appendChild(make("tspan", {})), label);
      if (note && text.getComputedTextLength() < w - ICON - PAD - 30) fill(text.appendChild(make("tspan", { class: "note", dx: 6 })), note);
      boxes.set(node.key, { key: node.key, element, h, y: 0, column: node.column, order: node.order });
      prepare(element);
      return boxes.get(node.key);
    };
    const shown = (node) => (node.stack && !open.has(node.stack) ? boxes.get(node.stack) : boxOf(node));

    // Ties as lines between what is shown now, with all that stands behind each.
    const join = () => {
      const found = new Map();
      for (const tie of ties) {
        let one = shown(tie.one), other = shown(tie.other);
        if (one === other) continue;
        if (one.column > other.column || (one.column === other.column && one.key > other.key)) [one, other] = [other, one];
        const name = `${one.key} ${other.key} ${tie.kind}`;
        if (!found.has(name)) found.set(name, { one, other, kind: tie.kind, ties: [] });
        found.get(name).ties.push(tie);
      }
      return [...found.values()].sort((a, b) => tieKinds.indexOf(a.kind) - tieKinds.indexOf(b.kind));
    };
    const viaOf = (line) => {
      const between = [];
      for (let n = line.one.column + 1; n < line.other.column; n++) {
        const bend = bends.find((one) => one.key === `${line.other.key}-${n}`);
        if (bend) between.push(bend);
      }
      return [line.one, ...between, line.other];
    };

    const arrange = () => {
      const now = new Set(nodes.map(shown));
      for (const box of boxes.values()) box.element.classList.toggle("gone", !now.has(box));
      lines = join();
      const used = new Set(), pulls = new Map();
      for (const line of lines) {
        line.via = viaOf(line);
        const pull = line.ties.some((tie) => tie.matters) ? 3 : 1;
        line.via.forEach((one, n) => {
          if (one.bend) used.add(one);
          const before = line.via[n - 1];
          if (!before || before.column === one.column) return;
          const name = before.key + " " + one.key, weight = pull * (before.bend && one.bend ? 4 : before.bend || one.bend ? 0.25 : 1);
          pulls.set(name, [before, one, (pulls.has(name) ? pulls.get(name)[2] : 0) + weight]);
        });
      }
      const columned = columns.map((_, n) => [...now, ...used].filter((one) => one.column === n).sort((a, b) => a.order - b.order || (a.key < b.key ? -1 : 1)));
      for (const column of columned) column.forEach((one, n) => { one.place = n; });
      const tall = place(columned, [...pulls.values()]);
      svg.setAttribute("viewBox", `0 0 ${short(wide)} ${short(tall)}`);
      for (const box of now) box.element.setAttribute("transform", `translate(${short(columns[box.column][0])} ${short(box.y - box.h / 2)})`);
      paint();
      bracket();
      size();
    };

    const paint = () => {
      for (const key of ["faint", "strong", "hits"]) layer[key].textContent = "";
      const same = new Map(), drawn = new Map();
      const name = (line) => line.via.map((one) => one.key).join(" ");
      for (const line of lines) same.set(name(line), (same.get(name(line)) || 0) + 1);
      for (const line of lines) {
        const n = drawn.get(name(line)) || 0;
        drawn.set(name(line), n + 1);
        const seen = line.ties.filter(visible), matters = line.ties.some((tie) => tie.matters);
        const count = line.ties.reduce((sum, tie) => sum + tie.count, 0);
        const d = path(line.via, (n - (same.get(name(line)) - 1) / 2) * ASIDE, columns);
        const kinds = `tie ${line.kind} w${1 + (count > 2) + (count > 9) + (count > 40)}${matters ? " matters" : ""}${seen.length ? "" : " gone"}`;
        line.element = layer[matters ? "strong" : "faint"].appendChild(make("path", { d, class: kinds, "data-v": name(line) }));
        line.hit = layer.hits.appendChild(make("path", { d, class: seen.length ? "" : "gone" }));
        line.hit.appendChild(make("title", {}, told(line)));
        line.hit.addEventListener("pointerenter", () => light([line.one, line.other], [line]));
        line.hit.addEventListener("pointerleave", unlight);
      }
      dim();
    };
    const visible = (tie) => !hidden.has(tie.kind) && (tie.first === null || tie.first <= until);
    const told = (line) => {
      const rows = line.ties.slice(0, 6).map((tie) => tie.said);
      return rows.join("\n") + (line.ties.length > 6 ? `\n… ${line.ties.length}` : "");
    };
    // What nothing visible leads to steps back.
    const dim = () => {
      const tied = new Set(), reached = new Set();
      for (const tie of ties) {
        for (const node of [tie.one, tie.other]) { tied.add(shown(node)); if (visible(tie)) reached.add(shown(node)); }
      }
      for (const box of boxes.values()) box.element.classList.toggle("absent", tied.has(box) && !reached.has(box));
    };
    const refresh = () => {
      for (const line of lines) {
        const gone = !line.ties.some(visible);
        for (const one of [line.element, line.hit]) one.classList.toggle("gone", gone);
      }
      dim();
    };

    // ---- pointing: what is tied to what ----
    const light = (over, along) => {
      svg.classList.add("looking");
      for (const box of over) box.element.classList.add("lit");
      for (const line of along) line.element.classList.add("lit");
    };
    const unlight = () => {
      svg.classList.remove("looking");
      for (const one of svg.querySelectorAll(".lit")) one.classList.remove("lit");
    };
    const lookAt = (key) => {
      unlight();
      const along = lines.filter((line) => (line.one.key === key || line.other.key === key) && line.ties.some(visible));
      light([boxes.get(key), ...along.map((line) => line.one), ...along.map((line) => line.other)], along);
    };
    // Stacks tied one to one (people and their cards) open and close together.
    const pairedWith = (key) => {
      const found = new Set([key]);
      for (const one of found) {
        for (const tie of ties) {
          for (const [a, b] of [[tie.one, tie.other], [tie.other, tie.one]]) {
            if (a.stack === one && b.stack && stacks.get(b.stack).length === stacks.get(one).length) found.add(b.stack);
          }
        }
      }
      return found;
    };
    const toggle = (key) => {
      const close = open.has(key);
      for (const one of pairedWith(key)) if (close) open.delete(one); else open.add(one);
      arrange();
      sayExpand();
      const box = close ? boxes.get(key) : boxOf(stacks.get(key)[0]);
      canvas.scrollTop = Math.max(0, (box.y - 80) * (zoom || fitted()));
      (close ? box.element : layer.brackets.firstChild).focus({ preventScroll: true });
    };
    const sayExpand = () => {
      const all = figure.querySelector("[data-do=expand]");
      if (all) all.textContent = open.size === stacks.size ? all.dataset.other : all.dataset.text;
    };
    const asButton = (element, name, act) => {
      for (const [key, value] of [["role", "button"], ["tabindex", "0"], ["aria-label", name]]) element.setAttribute(key, value);
      element.addEventListener("click", () => { if (!dragged) act(); });
      element.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); act(); }
      });
    };
    const prepare = (element) => {
      const key = element.dataset.k, title = element.querySelector("title").textContent;
      element.addEventListener("pointerenter", () => lookAt(key));
      element.addEventListener("pointerleave", unlight);
      element.addEventListener("focusin", () => lookAt(key));
      element.addEventListener("focusout", unlight);
      if (stacks.has(key)) asButton(element, `${says.stackOpen}: ${title}`, () => toggle(key));
    };
    // An open stack is held by a bracket that closes it.
    const bracket = () => {
      layer.brackets.textContent = "";
      for (const key of open) {
        const held = stacks.get(key).map(boxOf), x = columns[held[0].column][0] - 6;
        const top = Math.min(...held.map((one) => one.y - one.h / 2)), end = Math.max(...held.map((one) => one.y + one.h / 2));
        const one = layer.brackets.appendChild(make("g", { class: "bracket" }));
        one.appendChild(make("path", { d: `M${short(x + 4)} ${short(top)}H${short(x)}V${short(end)}H${short(x + 4)}` }));
        one.appendChild(make("circle", { cx: short(x), cy: short(top), r: 7 }));
        one.appendChild(make("path", { d: `M${short(x - 3.5)} ${short(top)}h7`, class: "minus" }));
        asButton(one, `${says.stackClose}: ${boxes.get(key).element.querySelector("title").textContent}`, () => toggle(key));
      }
    };

    // ---- size and place: the drawing grows inside a box that scrolls ----
    let zoom = 0; // 0: as wide as there is room
    const fitted = () => svg.getBoundingClientRect().width / wide || 1;
    const size = () => {
      canvas.classList.toggle("zoomed", zoom > 0);
      svg.setAttribute("width", short(wide * (zoom || 1)));
      svg.setAttribute("height", short(svg.viewBox.baseVal.height * (zoom || 1)));
    };
    const zoomTo = (value, clientX, clientY) => {
      const box = canvas.getBoundingClientRect(), before = zoom || fitted();
      const x = clientX === undefined ? box.width / 2 : clientX - box.left, y = clientY === undefined ? box.height / 2 : clientY - box.top;
      zoom = Math.max(0.25, Math.min(4, value));
      const left = (canvas.scrollLeft + x) * (zoom / before) - x, top = (canvas.scrollTop + y) * (zoom / before) - y;
      size();
      canvas.scrollLeft = left;
      canvas.scrollTop = top;
    };
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomTo((zoom || fitted()) * Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0025)), event.clientX, event.clientY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "+" || event.key === "=") zoomTo((zoom || fitted()) * 1.25);
      else if (event.key === "-") zoomTo((zoom || fitted()) / 1.25);
      else if (event.key === "0") { zoom = 0; size(); } else return;
      event.preventDefault();
    });
    const fingers = new Map();
    let from = null, dragged = false, spread = 0;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button) return;
      dragged = false;
      if (event.pointerType === "touch") { fingers.set(event.pointerId, event); spread = 0; return; }
      from = { x: event.clientX, y: event.clientY, left: canvas.scrollLeft, top: canvas.scrollTop };
    });
    window.addEventListener("pointermove", (event) => {
      if (fingers.has(event.pointerId)) {
        fingers.set(event.pointerId, event);
        if (fingers.size !== 2) return;
        const [a, b] = [...fingers.values()], apart = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
        if (spread) zoomTo((zoom || fitted()) * (apart / spread), (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
        spread = apart;
      } else if (from) {
        if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > 4) dragged = true;
        if (!dragged) return;
        canvas.classList.add("dragged");
        canvas.scrollLeft = from.left - (event.clientX - from.x);
        canvas.scrollTop = from.top - (event.clientY - from.y);
      }
    });
    for (const name of ["pointerup", "pointercancel"]) {
      window.addEventListener(name, (event) => {
        fingers.delete(event.pointerId);
        from = null;
        spread = 0;
        canvas.classList.remove("dragged");
      });
    }
    canvas.addEventListener("click", (event) => { if (dragged) { event.preventDefault(); event.stopPropagation(); } }, true);
    canvas.addEventListener("dragstart", (event) => event.preventDefault());

    // ---- controls ----
    const on = (what, act) => {
      const button = controls.querySelector(`[data-do=${what}]`);
      if (button) button.addEventListener("click", () => act(button));
      return button;
    };
    on("in", () => zoomTo((zoom || fitted()) * 1.25));
    on("out", () => zoomTo((zoom || fitted()) / 1.25));
    on("fit", () => { zoom = 0; size(); });
    const full = on("full", () => (document.fullscreenElement ? document.exitFullscreen() : figure.requestFullscreen()));
    if (full && !figure.requestFullscreen) full.hidden = true;
    const all = on("expand", () => {
      const close = open.size === stacks.size;
      for (const key of stacks.keys()) if (close) open.delete(key); else open.add(key);
      arrange();
      sayExpand();
    });
    if (all) all.dataset.text = all.textContent;
    const time = controls.querySelector(".until");
    if (time) {
      const slider = time.querySelector("input"), output = time.querySelector("output"), button = time.querySelector("[data-do=play]");
      const first = month(time.dataset.first), last = month(time.dataset.last);
      slider.max = last - first;
      slider.value = last - first;
      let timer = 0;
      const show = () => {
        const at = first + Number(slider.value);
        until = at >= last ? Infinity : at;
        const text = until === Infinity ? time.dataset.all : `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
        output.textContent = text;
        slider.setAttribute("aria-valuetext", text);
        refresh();
      };
      const stop = () => { clearInterval(timer); timer = 0; button.textContent = "▶"; button.setAttribute("aria-label", button.title = button.dataset.play); };
      button.dataset.play = button.title;
      button.addEventListener("click", () => {
        if (timer) { stop(); return; }
        if (Number(slider.value) >= last - first) slider.value = 0;
        button.textContent = "❚❚";
        button.setAttribute("aria-label", button.title = button.dataset.pause);
        show();
        timer = setInterval(() => {
          slider.value = Number(slider.value) + 1;
          show();
          if (Number(slider.value) >= last - first) stop();
        }, Math.max(120, Math.min(500, 9000 / (last - first))));
      });
      slider.addEventListener("input", () => { if (timer) stop(); show(); });
      show();
    }
    for (const item of figure.querySelectorAll(".legend [data-kind]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.title = says.hide;
      button.setAttribute("aria-pressed", "true");
      while (item.firstChild) button.appendChild(item.firstChild);
      item.appendChild(button);
      button.addEventListener("click", () => {
        const kind = item.dataset.kind, show = hidden.has(kind);
        if (show) hidden.delete(kind); else hidden.add(kind);
        button.setAttribute("aria-pressed", String(show));
        refresh();
      });
    }
    const fileName = (kind) => `${says.file}${until === Infinity ? "" : "-" + controls.querySelector("output").textContent}.${kind}`;
    on("svg", () => window.mingbaiExport.svg(figure, svg, fileName("svg")));
    on("png", () => window.mingbaiExport.png(figure, svg, fileName("png")));
    for (const element of svg.querySelectorAll(".node")) prepare(element);
    arrange();
    controls.hidden = false;
    // Where there is too little room for all of it, begin with what it is about.
    const hub = svg.querySelector(".hub");
    if (hub && canvas.scrollWidth > canvas.clientWidth) {
      const box = hub.getBoundingClientRect(), room = canvas.getBoundingClientRect();
      canvas.scrollLeft = box.left + box.width / 2 - room.left - room.width / 2;
    }
  };

  for (const figure of document.querySelectorAll("[data-drawing=graph]")) graph(figure);
})();
