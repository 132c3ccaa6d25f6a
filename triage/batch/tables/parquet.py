"""Parquet, by pyarrow, which is loaded only for it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

import msgspec

from triage.batch.tables.row import (
    MAX_ROW_BYTES,
    NOT_UTF8,
    TOO_LONG,
    Row,
    bad_table,
    check_columns,
    checked_row,
    is_silent,
    only_id,
)
from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode

GROUP = 10_000
"""Rows of one row group of a file that we write."""

_BATCH = 1000
_BATCH_BYTES = 8_000_000
_NEED_PYARROW = 'Parquet needs pyarrow: pip install "soleus-triage[parquet]"'


def pyarrow() -> Any:
    """The library. Raises TriageError when it is not installed."""
    try:
        import pyarrow as found
        import pyarrow.parquet
    except ImportError:
        raise TriageError(_NEED_PYARROW, ExitCode.UNAVAILABLE) from None
    return found


def read(stream: IO[bytes], shown: str, known: Mapping[str, str]) -> tuple[Iterator[Row], Callable[[], float]]:
    """Its rows, and how much of it has been read. Raises BadFile, TriageError."""
    pa = pyarrow()
    if not stream.seekable():
        raise bad_table(shown, "Parquet cannot be read from a pipe; name the file")
    if not stream.read(1):
        raise bad_table(shown, "the file is empty")
    stream.seek(0)
    try:
        # Read ahead no further than this, else a row group is held whole, and it may be the whole file.
        file = pa.parquet.ParquetFile(stream, pre_buffer=False, buffer_size=1 << 16)
        schema = file.schema_arrow
    except (pa.ArrowException, OSError, ValueError):
        raise bad_table(shown, "this is no whole Parquet file; it is cut off, or of another kind") from None
    check_columns(schema.names, known, shown)
    types = pa.types
    for column in schema:
        if not _is_plain(types, column.type):
            raise bad_table(shown, f"column '{column.name}' is of the type {column.type}; it takes text, numbers, "
                              "true and false, or lists of text")
    total = file.metadata.num_rows
    done = [0]
    return _rows(pa, file, shown, done), lambda: done[0] / total if total else 0.0


def _is_plain(types: Any, kind: Any, inside: bool = False) -> bool:
    if types.is_dictionary(kind):
        kind = kind.value_type
    if not inside and (types.is_list(kind) or types.is_large_list(kind)):
        return _is_plain(types, kind.value_type, inside=True)
    return any(test(kind) for test in (
        types.is_string, types.is_large_string, types.is_string_view, types.is_integer, types.is_floating,
        types.is_boolean, types.is_null,
    ))


def _rows(pa: Any, file: Any, shown: str, done: list[int]) -> Iterator[Row]:
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    heaviest = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=0)
    size = max(1, min(_BATCH, _BATCH_BYTES // max(1, heaviest)))
    try:
        for batch in file.iter_batches(batch_size=size):
            for cells in _plain_rows(batch):
                done[0] += 1
                if cells is None:
                    yield checked_row(done[0], 0, {}, NOT_UTF8, 0)
                    continue
                held = sum(_weight(cell) for cell in cells.values())
                if held > MAX_ROW_BYTES:
                    yield checked_row(done[0], 0, only_id(cells), TOO_LONG, 0)
                else:
                    yield checked_row(done[0], 0, {k: v for k, v in cells.items() if not is_silent(v)}, "", held)
    except (pa.ArrowException, OSError):
        raise bad_table(shown, f"the file is damaged after row {done[0]}") from None


def _plain_rows(batch: Any) -> Iterator[dict[str, Any] | None]:
    """Rows as Python values; None for one with text that is no UTF-8."""
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:
        for i in range(batch.num_rows):
            try:
                yield batch.slice(i, 1).to_pylist()[0]
            except UnicodeDecodeError:
                yield None


def _weight(cell: Any) -> int:
    if isinstance(cell, str):
        return len(cell)
    return 8 if not isinstance(cell, list) else sum(map(_weight, cell))


class _Sink(io.RawIOBase):
    """A file for pyarrow that hands on all that is written."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.hand_on = write

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.hand_on(bytes(data))
        return len(data)


def from_json_lines(lines: IO[bytes], write: Callable[[bytes], object], schema: Mapping[str, type]) -> None:
    """JSON Lines -> Parquet with just these columns, row group by row group, for `write`. Raises what that raises."""
    pa = pyarrow()
    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), list: pa.list_(pa.string())}
    wanted = pa.schema([(name, kinds[kind]) for name, kind in schema.items()])
    writer = None
    try:
        writer = pa.parquet.ParquetWriter(_Sink(write), wanted)
        for group in _groups(lines):
            writer.write_table(pa.Table.from_pylist(group, schema=wanted))
        writer.close()
    except BaseException:
        if writer is not None:
            writer.is_open = False  # else it tries to close once more when it is forgotten, and complains on stderr
        raise


def _groups(lines: IO[bytes]) -> Iterator[list[Any]]:
    group: list[Any] = []
    for each in lines:
        group.append(msgspec.json.decode(each))
        if len(group) == GROUP:
            yield group
            group = []
    if group:
        yield group
