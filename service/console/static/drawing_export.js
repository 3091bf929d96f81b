// Drawings of ties as files: as they look, with the legend, for anywhere. Linked before drawing.js.
(() => {
  "use strict";
  const NS = "http://www.w3.org/2000/svg";
  const make = (name, attributes, text) => {
    const one = document.createElementNS(NS, name);
    for (const key in attributes) one.setAttribute(key, attributes[key]);
    if (text !== undefined) one.textContent = text;
    return one;
  };
  const short = (value) => String(Math.round(value * 10) / 10);
  const LOOKS = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "font-size", "font-weight", "font-family", "text-anchor"];
  const written = (figure, svg) => {
    const [, , wide, tall] = svg.getAttribute("viewBox").split(" ").map(Number);
    const out = make("svg", { xmlns: NS });
    const looks = (from, to) => {
      const style = getComputedStyle(from);
      for (const name of LOOKS) to.setAttribute(name, style.getPropertyValue(name));
    };
    const copy = (from, to) => {
      for (const one of from.childNodes) {
        if (one.nodeType === 3) { to.appendChild(one.cloneNode()); continue; }
        if (one.nodeType !== 1 || one.matches("defs, .hits, .brackets, .gone") || getComputedStyle(one).display === "none") continue;
        if (one.matches("title, desc")) { to.appendChild(make(one.localName, {}, one.textContent)); continue; }
        let made = make(one.localName === "a" ? "g" : one.localName, {});
        if (one.localName === "use") {
          const sign = document.querySelector(one.getAttribute("href"));
          made = make("path", { d: sign.getAttribute("d"), transform: `translate(${one.getAttribute("x")} ${one.getAttribute("y")}) scale(.875)` });
        } else {
          for (const { name, value } of one.attributes) if (!/^(class|data-.*|href|role|tabindex|aria-.*)$/.test(name)) made.setAttribute(name, value);
        }
        if (one.localName === "g" || one.localName === "a") made.setAttribute("opacity", getComputedStyle(one).opacity); else looks(one, made);
        to.appendChild(made);
        copy(one, made);
      }
    };
    svg.classList.remove("looking");
    out.appendChild(make("rect", { width: "100%", height: "100%", fill: "#fff" }));
    copy(svg, out);
    const font = getComputedStyle(svg.querySelector("text")), pen = document.createElement("canvas").getContext("2d");
    pen.font = `12px ${font.fontFamily}`;
    let x = 16, y = tall + 8;
    const items = [...figure.querySelectorAll(".legend [data-kind]")].filter((one) => !one.querySelector("[aria-pressed=false]"));
    const time = figure.querySelector(".until output");
    if (time) items.unshift(null);
    for (const item of items) {
      const text = item ? item.textContent.trim() : `${figure.querySelector(".until label span").textContent} ${time.textContent}`;
      const room = pen.measureText(text).width + (item ? 52 : 22);
      if (x + room > wide) { x = 16; y += 20; }
      if (item) {
        const line = make("path", { d: `M${short(x)} ${y}h26` });
        looks(item.querySelector("path"), line);
        out.appendChild(line);
      }
      out.appendChild(make("text", { x: short(x + (item ? 32 : 0)), y: y + 4, "font-size": "12", "font-family": font.fontFamily, fill: "#4c585c" }, text));
      x += room;
    }
    y += 18;
    for (const [key, value] of [["viewBox", `0 0 ${wide} ${y}`], ["width", wide], ["height", y]]) out.setAttribute(key, value);
    return new XMLSerializer().serializeToString(out);
  };
  const painted = (text) => new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas"), scale = Math.min(2, 8000 / Math.max(image.width, image.height));
      canvas.width = image.width * scale;
      canvas.height = image.height * scale;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png");
    };
    image.onerror = failed;
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  });
  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  window.mingbaiExport = {
    svg: (figure, svg, name) => save(new Blob([written(figure, svg)], { type: "image/svg+xml" }), name),
    png: (figure, svg, name) => painted(written(figure, svg)).then((blob) => save(blob, name)),
  };
})();
