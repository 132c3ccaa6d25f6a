"""Rows of CSV, JSON Lines and Parquet, read one by one and written line by line. Knows columns, not answers."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from triage.model import Fault
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode
from triage.support.input_files import read_bytes
from triage.support.text import OBEYED, guess, printable

KINDS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
"""Suffix of a file -> its kind."""

LONGEST = 1_000_000
"""Bytes of one row, at most. No more of a row is ever held."""

GROUP = 10_000
"""Rows of one row group of a Parquet file that we write."""

_BATCH = 1000
_BATCH_BYTES = 8_000_000
_NEED_PYARROW = 'Parquet needs pyarrow: pip install "soleus-triage[parquet]"'
_MAGIC = ((b"\xff\xfe", "UTF-16; save it as UTF-8"), (b"\xfe\xff", "UTF-16; save it as UTF-8"),
          (b"PK\x03\x04", "a spreadsheet or a ZIP archive; save it as CSV"),
          (b"\x1f\x8b", "compressed; unpack it first"), (b"PAR1", "Parquet; name it .parquet, or say --from parquet"))


class Row(msgspec.Struct, frozen=True):
    """One data row. `number` counts from 1; `line` is its first line in a file of text, else 0."""

    number: int
    line: int
    id: str
    cells: dict[str, Any]
    """Column -> raw answer; what is empty is left out."""
    fault: str = ""
    """Why it cannot be read, as a sentence."""
    size: int = 0


class Table(NamedTuple):
    """An open input."""

    rows: Iterator[Row]
    share: Callable[[], float]
    """How much of it has been read, from 0 to 1; 0 when that cannot be known."""


def kind_of(name: str, said: str | None, option: str) -> str:
    """csv, jsonl or parquet, by what was said or by the suffix. Raises BadFile with a guess."""
    suffix = Path(name).suffix.lower()
    if said or suffix in KINDS:
        return said or KINDS[suffix]
    if name == "-" or not suffix:
        hint = f"say {option} csv, jsonl or parquet"
    else:
        near = guess(suffix, KINDS).replace("did you mean", "is it")
        hint = f"the kinds are {', '.join(KINDS)}{near or f'; else say {option} csv, jsonl or parquet'}"
    shown = {"-": "<stdin>" if option == "--from" else "<stdout>"}.get(name, name)
    raise BadFile.of_file(shown, "kind", f"the kind of this file is not known; {hint}")


@contextlib.contextmanager
def opened(name: str, kind: str, known: Mapping[str, str]) -> Iterator[Table]:
    """An input, `-` for stdin. `known`: legal column -> what it stands for. Raises BadFile, also while it is read."""
    shown = "<stdin>" if name == "-" else name
    with contextlib.ExitStack() as stack:
        stream: IO[bytes] = sys.stdin.buffer if name == "-" else stack.enter_context(_open(name))
        if kind == "parquet":
            yield _parquet(stream, shown, known)
        else:
            lines = _Lines(stream, shown)
            rows = _csv(lines, known) if kind == "csv" else _json_rows(lines)
            yield Table(rows, lines.share)


def _open(name: str) -> IO[bytes]:
    path = Path(name)
    try:
        if path.is_dir():
            raise BadFile.of_file(name, "missing", "this is a folder, not a file", missing=True)
        return path.open("rb")
    except OSError:
        read_bytes(name)  # it has the sentences for what is no file
        raise


def _bad(shown: str, sentence: str, line: int = 0) -> BadFile:
    return BadFile([Fault(shown, line, 1, "shape", sentence)])


# --- lines of text ------------------------------------------------------------------------------


class _Line(NamedTuple):
    number: int
    raw: bytes
    whole: bool
    """False when it is too long; its end was skipped."""


class _Lines:
    """The lines of a file of text, none held longer than a row may be. What was read too far can be put back."""

    def __init__(self, stream: IO[bytes], shown: str) -> None:
        self.stream, self.shown = stream, shown
        self.number = self.read = 0
        self._back: deque[_Line] = deque()
        try:
            self.total = os.fstat(stream.fileno()).st_size
        except (OSError, ValueError):
            self.total = 0

    def share(self) -> float:
        return min(1.0, self.read / self.total) if self.total else 0.0

    def next(self) -> _Line | None:
        if self._back:
            return self._back.popleft()
        raw = self._take(LONGEST + 1)
        if not raw:
            return None
        self.number += 1
        if self.number == 1:
            self._refuse(raw)
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        whole = len(raw) <= LONGEST or raw.endswith(b"\n")
        if not whole:
            while (rest := self._take(1 << 16)) and not rest.endswith(b"\n"):
                pass
        return _Line(self.number, raw if whole else b"", whole)

    def put_back(self, lines: Sequence[_Line]) -> None:
        self._back.extendleft(reversed(lines))

    def _take(self, most: int) -> bytes:
        try:
            raw = self.stream.readline(most)
        except OSError as error:
            raise _bad(self.shown, f"the file cannot be read: {(error.strerror or 'unknown').lower()}") from None
        self.read += len(raw)
        return raw

    def _refuse(self, raw: bytes) -> None:
        for magic, what in _MAGIC:
            if raw.startswith(magic):
                raise _bad(self.shown, f"the file is {what}")
        if b"\0" in raw[:1000]:
            raise _bad(self.shown, "the file is no text in UTF-8; save it as UTF-8")


_TOO_LONG = f"the row is longer than {LONGEST:,} bytes"
_NOT_UTF8 = "the row is not UTF-8; save the file as UTF-8"


# --- CSV ----------------------------------------------------------------------------------------


class _TooLong(Exception):
    pass


class _Record:
    """Hands the lines of one record to `csv`, and remembers them."""

    def __init__(self, lines: _Lines) -> None:
        self.lines = lines
        self.taken: list[_Line] = []
        self.size = 0

    def __iter__(self) -> _Record:
        return self

    def __next__(self) -> str:
        line = self.lines.next()
        if line is None:
            raise StopIteration
        self.taken.append(line)
        self.size += len(line.raw)
        if not line.whole or self.size > LONGEST + 1:
            raise _TooLong
        return line.raw.decode("utf-8", "surrogateescape")


def _csv(lines: _Lines, known: Mapping[str, str]) -> Iterator[Row]:
    records = _records(lines)
    line, header, fault, _ = next(records, (0, [], "the file is empty", 0))
    if fault:
        raise _bad(lines.shown, fault, line)
    if not _is_text(header):
        raise _bad(lines.shown, "the header is not UTF-8; save the file as UTF-8", line)
    names = [name.strip() for name in header]
    if len(names) == 1 and (other := next((c for c in ";\t" if c in names[0]), "")):
        raise _bad(lines.shown, f"the cells are separated by {other!r}; save it with commas", line)
    _check_columns(names, known, lines.shown)
    # A generator of its own, so that a bad header is told at once and not with the first row.
    return _csv_rows(records, names)


def _csv_rows(records: Iterator[tuple[int, list[str], str, int]], names: list[str]) -> Iterator[Row]:
    for number, (line, cells, fault, size) in enumerate(records, 1):
        text = not fault and _is_text(cells)
        if not fault and not text:
            fault = _NOT_UTF8
        elif not fault and len(cells) != len(names):
            fault = f"the row has {_counted(len(cells), 'cell')}, the header {len(names)}"
        found = {name: cell for name, cell in zip(names, cells, strict=False) if cell.strip()} if text else {}
        yield _row(number, line, found, fault, size)


def _records(lines: _Lines) -> Iterator[tuple[int, list[str], str, int]]:
    """First line, cells, fault and size of each record. A record that cannot be read costs its first line only."""
    record = _Record(lines)
    reader = csv.reader(record, strict=True)
    while True:
        record.taken, record.size = [], 0
        cells: list[str] = []
        fault = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            fault = _TOO_LONG if len(record.taken) == 1 else f"{_TOO_LONG}; is a quote opened and not closed?"
        except csv.Error as error:
            fault = _csv_sentence(str(error), len(record.taken))
        if fault:
            lines.put_back(record.taken[1:])
        if cells or fault:  # an empty line is no row
            yield record.taken[0].number, cells, fault, record.size if not fault else 0


def _csv_sentence(message: str, lines: int) -> str:
    if "unexpected end of data" in message:
        return "a quote is opened and not closed"
    if "expected after" in message:
        return ("a quote is opened and not closed in this line" if lines > 1
                else "after a closing quote a comma is expected; double each quote inside of a quoted cell")
    if "new-line character" in message:
        return "a line ends in CR alone; save the file with line ends LF or CRLF"
    if "field limit" in message:
        return f"a cell is longer than {csv.field_size_limit():,} characters"
    return f"the row cannot be read as CSV: {message}"


# --- JSON Lines ---------------------------------------------------------------------------------


def _json_rows(lines: _Lines) -> Iterator[Row]:
    number = 0
    while (line := lines.next()) is not None:
        if line.whole and not line.raw.strip():
            continue
        number += 1
        cells, fault = _object(line.raw) if line.whole else ({}, _TOO_LONG)
        yield _row(number, line.number, cells, fault, len(line.raw))
    if not number:
        raise _bad(lines.shown, "the file is empty")


def _object(raw: bytes) -> tuple[dict[str, Any], str]:
    """One line of JSON -> its members without those that are empty, and what is wrong with them."""
    try:
        value = _DECODER.decode(raw.decode("utf-8").strip())
    except UnicodeDecodeError:
        return {}, _NOT_UTF8
    except json.JSONDecodeError as error:
        return {}, f"this is no JSON: {error.msg[0].lower()}{error.msg[1:]}, at character {error.pos + 1}"
    except _Refused as error:
        return {}, str(error)
    except (ValueError, RecursionError):
        return {}, "this is no JSON that can be read: it nests too deeply, or a number is too long"
    if not isinstance(value, dict):
        return {}, "the row is no JSON object of column and answer"
    texts = [text for each in value.values() for text in (each if isinstance(each, list) else [each])]
    if any(isinstance(each, dict | list) for each in texts):
        name = next(k for k, v in value.items() if isinstance(v, dict) or (
            isinstance(v, list) and any(isinstance(each, dict | list) for each in v)))
        return _with_id(value), f"the answer of '{_short(name)}' nests; it is one value, or a list of words"
    if not _is_text([*value, *(text for text in texts if isinstance(text, str))]):
        return {}, "the row holds half of a surrogate pair, which is no character"
    return {name: each for name, each in value.items() if not _is_silent(each)}, ""


class _Refused(ValueError):
    """What Python reads as JSON and we do not."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for i, name in enumerate(names) if name in names[:i])
        raise _Refused(f"the key '{_short(double)}' stands in the row a second time")
    return out


def _no_number(text: str) -> float:
    raise _Refused(f"{text} is no number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def _with_id(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": value["id"]} if isinstance(value.get("id"), str | int) and _is_text([str(value["id"])]) else {}


# --- Parquet ------------------------------------------------------------------------------------


def pyarrow() -> Any:
    """The library. Raises TriageError when it is not installed."""
    try:
        import pyarrow as found
        import pyarrow.parquet
    except ImportError:
        raise TriageError(_NEED_PYARROW, ExitCode.UNAVAILABLE) from None
    return found


def _parquet(stream: IO[bytes], shown: str, known: Mapping[str, str]) -> Table:
    pa = pyarrow()
    if not stream.seekable():
        raise _bad(shown, "Parquet cannot be read from a pipe; name the file")
    if not stream.read(1):
        raise _bad(shown, "the file is empty")
    stream.seek(0)
    try:
        # Read ahead no further than this, else a row group is held whole, and it may be the whole file.
        file = pa.parquet.ParquetFile(stream, pre_buffer=False, buffer_size=1 << 16)
        schema = file.schema_arrow
    except (pa.ArrowException, OSError, ValueError):
        raise _bad(shown, "this is no whole Parquet file; it is cut off, or of another kind") from None
    _check_columns(schema.names, known, shown)
    types = pa.types
    for column in schema:
        if not _is_plain(types, column.type):
            raise _bad(shown, f"column '{column.name}' is of the type {column.type}; it takes text, numbers, "
                              "true and false, or lists of text")
    total = file.metadata.num_rows
    done = [0]
    return Table(_parquet_rows(pa, file, shown, done), lambda: done[0] / total if total else 0.0)


def _is_plain(types: Any, kind: Any, inside: bool = False) -> bool:
    if types.is_dictionary(kind):
        kind = kind.value_type
    if not inside and (types.is_list(kind) or types.is_large_list(kind)):
        return _is_plain(types, kind.value_type, inside=True)
    return any(test(kind) for test in (
        types.is_string, types.is_large_string, types.is_string_view, types.is_integer, types.is_floating,
        types.is_boolean, types.is_null,
    ))


def _parquet_rows(pa: Any, file: Any, shown: str, done: list[int]) -> Iterator[Row]:
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    heaviest = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=0)
    size = max(1, min(_BATCH, _BATCH_BYTES // max(1, heaviest)))
    try:
        for batch in file.iter_batches(batch_size=size):
            for cells in _plain_rows(batch):
                done[0] += 1
                if cells is None:
                    yield _row(done[0], 0, {}, _NOT_UTF8, 0)
                    continue
                held = sum(_weight(cell) for cell in cells.values())
                if held > LONGEST:
                    yield _row(done[0], 0, _with_id(cells), _TOO_LONG, 0)
                else:
                    yield _row(done[0], 0, {k: v for k, v in cells.items() if not _is_silent(v)}, "", held)
    except (pa.ArrowException, OSError):
        raise _bad(shown, f"the file is damaged after row {done[0]}") from None


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


# --- rows and columns ---------------------------------------------------------------------------


def _row(number: int, line: int, cells: dict[str, Any], fault: str, size: int) -> Row:
    name = cells.get("id", "")
    if isinstance(name, bool) or not isinstance(name, str | int):
        fault, name = fault or "the id is neither text nor a whole number", ""
    name = str(name).strip()
    if not fault and not name:
        fault = "the row has no id"
    # It would be obeyed by whatever shows the results.
    if bad := OBEYED.search(name.replace("\n", "").replace("\t", "")):
        fault = fault or f"the id holds the character U+{ord(bad[0]):04X}, which may not stand in it"
        name = printable(name, "\n\t")
    return Row(number, line, name, {} if fault else {k: v for k, v in cells.items() if k != "id"}, fault, size)


def _check_columns(names: Sequence[str], known: Mapping[str, str], shown: str) -> None:
    """Raises BadFile with a fault for each column that is unknown, without a name or there twice."""
    faults = []
    seen: dict[str, str] = {}
    for place, name in enumerate(names, 1):
        if not name:
            faults.append(f"column {place} has no name")
        elif name not in known:
            faults.append(f"unknown column '{_short(name)}'{guess(name[:80], known)}")
        elif known[name] in seen:
            first = seen[known[name]]
            faults.append(f"column '{name}' is there twice" if first == name else
                          f"columns '{first}' and '{name}' are the same finding")
        else:
            seen[known[name]] = name
    if "id" not in seen:
        faults.append(f"there is no column 'id'{'; the first line is the header' if not seen else ''}")
    if len(faults) > 10:
        faults = [*faults[:9], f"and {len(faults) - 9} more faults of columns"]
    if faults:
        raise BadFile([Fault.of_file(shown, "column", sentence) for sentence in faults])


def _is_silent(cell: Any) -> bool:
    """Is this "not asked"? An empty text is, an empty list says that none was ticked."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_text(parts: Sequence[str]) -> bool:
    try:
        "".join(parts).encode()
    except UnicodeEncodeError:
        return False
    return True


def _short(name: str) -> str:
    return name if len(name) <= 60 else name[:57] + "…"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


# --- writing ------------------------------------------------------------------------------------


def header(kind: str, columns: Sequence[str]) -> bytes:
    """What a file of text begins with. The lines of a Parquet file are gathered as JSON Lines."""
    return _csv_line(columns) if kind == "csv" else b""


def line(kind: str, record: Mapping[str, Any]) -> bytes:
    """One row as it is written: `a|b`, yes and no in CSV, lists, true and false in JSON."""
    if kind == "csv":
        return _csv_line([_cell(value) for value in record.values()])
    return msgspec.json.encode(record) + b"\n"


def cells(kind: str, text: bytes) -> list[Any]:
    """The values of a line, in the order of the columns."""
    if kind == "csv":
        return next(csv.reader(io.StringIO(text.decode(), newline="")))
    return list(json.loads(text).values())


def _csv_line(values: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "|".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)


class _Sink(io.RawIOBase):
    """A file for pyarrow that hands on all that is written."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.hand_on = write

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.hand_on(bytes(data))
        return len(data)


def to_parquet(lines: IO[bytes], write: Callable[[bytes], object], schema: Mapping[str, type]) -> None:
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


def needs(kind: str) -> None:
    """Raises TriageError when what this kind needs is not installed."""
    if kind == "parquet":
        pyarrow()


