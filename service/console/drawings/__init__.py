"""Drawings of the pages: laid out on the server, complete without JavaScript, each with its numbers as a table.

One drawing a file: a function that takes what is drawn and the `Words` (for the language) and answers `Markup`, and an
`EXAMPLE`. Templates call them through `draw` (see `draw.Draw`): `{{ draw.graph(page.graph) }}`. A page that draws links
`drawing.css` and, for what moves, `drawing.js` in its head. Colours are classes; nothing carries a style of its own.
"""
