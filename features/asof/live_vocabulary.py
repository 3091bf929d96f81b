"""Identifiers of a live ledger: a vocabulary that takes new texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof._texts import Numbering
from features.asof.vocabulary import Int32, Vocabulary, strings

FEW = 16
"""Up to so many texts are looked up one by one."""
RECENT = 20_000
"""Texts remembered, so that officials, items and villages that come again and again are not hashed anew."""


class LiveVocabulary(Vocabulary):
    """Codes never change; a text not seen before gets the next one.

    The texts are hashed once, when the first one is added or looked up.
    """

    def __init__(self, values: pa.Array) -> None:
        self._base = values
        self._more: list[str] = []
        self._all: pa.Array | None = values
        self._numbering: Numbering | None = None
        self._noted = len(values)
        self._recent: dict[str, int] = {}
        self.grown = False
        """Whether texts may have been added since `has_grown` was asked."""

    @property
    def values(self) -> pa.Array:
        """All texts by code. Put together again after texts were added: ask `texts` for a few."""
        if self._all is None:
            self._all = pa.concat_arrays([strings(self._base), pa.array(self._more, pa.string())])
        return self._all

    def __len__(self) -> int:
        return len(self._base) + len(self._more)

    def texts(self, codes: NDArray[np.integer]) -> pa.Array:
        """The texts behind codes as Arrow strings, null where the code is negative."""
        asked = np.asarray(codes, dtype=np.int64)
        if not self._more or (asked < len(self._base)).all():
            return self._base.take(pa.array(asked, mask=asked < 0))
        return pa.array([self._text(c) for c in asked.tolist()], pa.string())

    def decode(self, codes: NDArray[np.integer]) -> list[str | None]:
        """The values behind codes; None where the code is negative."""
        return [self._text(c) for c in np.asarray(codes, dtype=np.int64).tolist()]

    def _text(self, code: int) -> str | None:
        if code < 0:
            return None
        at = code - len(self._base)
        return self._more[at] if at >= 0 else str(self._base[code].as_py())

    def has_grown(self) -> bool:
        """Whether texts were added since this was last asked."""
        before, self._noted, self.grown = self._noted, len(self), False
        return self._noted > before

    def add(self, column: pa.ChunkedArray | pa.Array) -> Int32:
        """Codes of shape (n,), -1 null; texts not seen before are added."""
        numbering = self._hashed()
        before = numbering.size
        if len(column) <= FEW:
            return self._add_few(strings(column).to_pylist())
        codes = numbering.add(pa.chunked_array([strings(column).combine_chunks()], pa.string()))
        if numbering.size > before:
            self.grown = True
            self._more += numbering.texts(before)
            self._all = None
        return codes

    def _add_few(self, texts: list[str | None]) -> Int32:
        """The same for a few texts, which the same few are often among."""
        codes = np.empty(len(texts), np.int32)
        numbering, recent = self._hashed(), self._recent
        for place, text in enumerate(texts):
            if text is None:
                codes[place] = -1
                continue
            code = recent.get(text)
            if code is None:
                before = numbering.size
                code = numbering.one(text.encode())
                if numbering.size > before:
                    self.grown = True
                    self._more.append(text)
                    self._all = None
                if len(recent) >= RECENT:
                    recent.clear()
                recent[text] = code
            codes[place] = code
        return codes

    def encode(self, column: pa.ChunkedArray | pa.Array) -> Int32:
        """Codes of shape (n,); -1 where the value is null or not in the vocabulary."""
        texts = strings(column)
        return self._hashed().find(texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts]))

    def encode_values(self, values: Sequence[str | None]) -> Int32:
        """Codes of plain Python strings."""
        return self.encode(pa.array(values, pa.string()))

    def _hashed(self) -> Numbering:
        if self._numbering is None:
            self._numbering = Numbering()
            self._numbering.add(pa.chunked_array([self._base]))
        return self._numbering

    @property
    def nbytes(self) -> int:
        """Bytes held in memory beside the texts the vocabulary was opened with."""
        return 0 if self._numbering is None else self._numbering.nbytes
