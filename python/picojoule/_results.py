"""What the functions give: plain objects, which show themselves in a notebook."""

from __future__ import annotations

from ._native import Answer, __version__, answer
from ._words import Words, check_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from typing_extensions import Self

WIDTH = 100


def text_of(notes: list[str]) -> str:
    """Notes as they stand under the tables of a terminal."""
    if not notes:
        return ""
    import textwrap

    lines = [textwrap.fill(f"note: {note}", WIDTH, break_on_hyphens=False) for note in notes]
    return "\n" + "\n".join(lines) + "\n"


def html_of(notes: list[str]) -> str:
    """The same for a notebook."""
    import html

    style = "margin:0;max-width:60em;font-size:smaller"
    return "".join(f'<p style="{style}">note: {html.escape(note)}</p>' for note in notes)


class Result:
    """What a command has worked out.

    Every field of its JSON is an attribute: ``estimate.total_pj``,
    ``estimate.stages``. It is a stream of rows for whoever takes Arrow
    (``polars.DataFrame(result)``, ``pyarrow.table(result)``), a table in a terminal, and
    a table with a picture in a notebook.

    A result that is pickled is its words and the files that were in memory; it is worked
    out anew where it is read.
    """

    def __init__(
        self, words: Words, found: Answer | None = None, by: str | None = None
    ) -> None:
        self._words = words
        self._by = by
        self._answer = answer(words.words, words.files) if found is None else found
        self._fields: Any = None

    @property
    def notes(self) -> list[str]:
        """What is to be said beside the result, such as what an import left out."""
        return self._answer.notes

    def to_dict(self) -> Any:
        """Everything at full precision, in the words of ``--output json``."""
        import json

        return json.loads(self._answer.json())

    def to_json(self) -> str:
        """The same as text: what ``--output json`` prints."""
        return self._answer.json()

    def to_markdown(self) -> str:
        """The tables in Markdown."""
        return self._answer.written("markdown", WIDTH)

    def to_latex(self) -> str:
        """The tables for a paper (booktabs, tabularx)."""
        return self._answer.written("latex", WIDTH)

    def to_rows(self) -> list[dict[str, Any]]:
        """The rows of ``--output csv`` as dicts, with numbers where they are numbers."""
        return self._answer.rows()

    def to_csv(self) -> str:
        """The rows as comma-separated values."""
        return self._answer.written("csv", WIDTH)

    def to_svg(self) -> str | None:
        """The picture, where there is one."""
        return self._answer.svg()

    def _data(self) -> Any:
        if self._fields is None:
            self._fields = self.to_dict()
        return self._fields

    def __getattr__(self, name: str) -> Any:
        # Whoever looks for a method (copy, pickle, a notebook) is not asking for a field.
        if name.startswith("_"):
            raise AttributeError(name)
        fields = self._data()
        if isinstance(fields, dict) and name in fields:
            return fields[name]
        raise AttributeError(f"{type(self).__name__} has no field {name!r}")

    def __dir__(self) -> list[str]:
        fields = self._data()
        return [*super().__dir__(), *(fields if isinstance(fields, dict) else ())]

    def __repr__(self) -> str:
        return self._answer.written("text", WIDTH) + text_of(self.notes)

    def _repr_html_(self) -> str:
        return f"<div>{self._answer.html()}{html_of(self.notes)}</div>"

    def __copy__(self) -> Self:
        return self._alike()

    def __deepcopy__(self, memo: object) -> Self:
        return self._alike()

    def _alike(self) -> Self:
        """The same again: what was worked out never changes, but the fields may, which
        are read from it."""
        found = object.__new__(type(self))
        found.__dict__.update(self.__dict__, _fields=None)
        return found

    def __getstate__(self) -> dict[str, Any]:
        state = {**self.__dict__, "version": __version__}
        del state["_answer"], state["_fields"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        check_version("result", state.pop("version"))
        self.__dict__.update(state)
        found = answer(self._words.words, self._words.files)
        again = found.by(self._by) if self._by is not None else None
        self._answer = found if again is None else again
        self._fields = None

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._answer.arrow_stream()

    def __arrow_c_schema__(self) -> object:
        return self._answer.arrow_schema()


class Estimate(Result):
    """What one variant of a model costs on one table."""

    def by(self, by: str) -> Estimate:
        """The same, added up by ``"stage"``, ``"op"``, ``"layer"`` or ``"primitive"`` in
        tables, rows and pictures."""
        found = self._answer.by(by)
        assert found is not None
        return Estimate(self._words, found, by)

    @property
    def ops(self) -> list[dict[str, Any]]:
        """Single ops, each with what it costs."""
        return self.by("op").to_rows()

    @property
    def primitives(self) -> list[dict[str, Any]]:
        """What is paid for each primitive in each format."""
        return self.by("primitive").to_rows()


class Comparison(Result):
    """Variants, or models, side by side."""


class Sensitivity(Result):
    """What moves energies or savings, and between which bounds these lie."""


class Crossover(Result):
    """Where, along an axis, a saving passes a threshold."""


class Claims(Result):
    """Claim files, computed: a sequence of what each says and what comes out."""

    def __len__(self) -> int:
        return len(self._data())

    def __getitem__(self, at: Any) -> Any:
        return self._data()[at]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._data())

    @property
    def are_as_expected(self) -> bool:
        """Whether every claim is what its file says of it: exit code 0 of the program."""
        return all(claim["as_expected"] for one in self for claim in one["claims"])
