"""`triage batch IN OUT`: conclude for every row of a table."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from triage.batch import cluster, tables
from triage.batch import run as batch
from triage.batch.cluster import Outcome
from triage.batch.rows import other_engine, template
from triage.batch.run import BadRow, Job
from triage.batch.workers import Workers
from triage.cli import arguments
from triage.cli.output import complain, refuse_same
from triage.knowledge import reader
from triage.model import Knowledge
from triage.presentation.result_json import encode
from triage.support import atomic_files
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode

HELP = """IN is a table with a column 'id' and any findings (`triage questions` lists them). An empty cell, null or a
missing key was not asked, which is never a no; in a column 'screens' no answers every emergency line that is not named
with no. Many answers are a|b, or a list in JSON Lines and Parquet; none is none of them. Times are '3 weeks'; a bare
number in JSON Lines and Parquet counts days. The kinds are .csv, .jsonl (.ndjson) and .parquet, which needs
pip install "soleus-triage[parquet]".

OUT always has the columns id, engine, rules (the first 12 characters of their digest), urgency, within_days, place,
redirected, red_flags, conditions (ranked), fits_well, unresolved, self_checks, care, not_asked (emergency lines without
an answer). Rows stay in order, and the same input gives the same bytes. OUT appears when it is whole; until then it is
OUT.part, and OUT.part.state notes how far it is.

A row that cannot be used goes to --errors FILE (JSON Lines, or CSV by its name): row counts data rows from 1, line is
the row's line in the file, 0 for Parquet. The rest goes on, and the exit code is 65. No row may be longer than 1 MB.
Behind a quote that is not closed, rows are taken up again at the first that has as many cells as the header.

In CSV a cell that a spreadsheet would compute (it begins with = + - @ or a tab) gets an apostrophe before it; JSON
Lines and Parquet hold it as it came. OUT is never IN, nor the file that stdin comes from; through a pipe nobody can
know, so never write `cat a.csv | triage batch - a.csv`.

IN and OUT may be folders: each .csv, .jsonl and .parquet file of IN becomes a file of the same name in OUT. With
--cluster this is done on a Dask cluster; needs pip install "soleus-triage[dask]" on every worker, and folders and rules
that all workers see under the same names. What is unfinished stands in OUT/.triage-batch."""

KINDS = ["csv", "jsonl", "parquet"]
MAX_SHOWN = 10
"""Bad rows that are named when there is no file for them."""

Progress = Callable[[float, float], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.description = f"{parser.description}\n\n{HELP}"
    parser.add_argument("input", nargs="?", metavar="IN", help="the table, or a folder of tables; - for stdin")
    parser.add_argument("output", nargs="?", metavar="OUT", help="the results, or their folder; - for stdout")
    parser.add_argument("--from", dest="source_kind", choices=KINDS, help="the kind of IN (default: by its suffix)")
    parser.add_argument("--to", dest="target_kind", choices=KINDS,
                       help="the kind of OUT (default: by its suffix; on stdout that of IN)")
    parser.add_argument("--errors", metavar="FILE", help="bad rows go here (default: the first ten are told on stderr)")
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted run")
    parser.add_argument("--engine", choices=["compiled", "experta"], default="compiled",
                       help="which evaluator; both conclude the same (default: compiled, which is much faster)")
    parser.add_argument("--verify", type=arguments.whole_number, default=0, metavar="K",
                       help="recompute K random rows on the other engine, of each file; exit 1 if one differs")
    parser.add_argument("--seed", type=int, metavar="N", help="which random rows (default: others each time)")
    parser.add_argument("--processes", type=arguments.whole_number, metavar="N",
                        help="default: one a core; 1: no other process")
    parser.add_argument("--cluster", metavar="ADDRESS",
                       help="a Dask scheduler such as tcp://host:8786, or local for one of --processes workers")
    parser.add_argument("--template", choices=KINDS,
                       help="write an example of IN with every column to stdout, or to the file named, and stop")
    parser.set_defaults(wrong=parser.error)


def run(options: argparse.Namespace) -> int:
    """RowEvaluator a file or a folder, or write a template."""
    if options.template:
        return _template(options)
    _check_usage(options)
    folder = Path(options.input).is_dir()
    return _folder(options) if folder or options.cluster else _file(options)


def _check_usage(options: argparse.Namespace) -> None:
    if options.input is None or options.output is None:
        options.wrong("IN and OUT are needed, or --template")
    if options.json and options.output == "-":
        options.wrong("--json puts a summary on stdout, so OUT cannot be -")
    if options.resume and (options.input == "-" or atomic_files.is_direct(options.output)):
        options.wrong("--resume needs files as IN and OUT, not pipes or devices")
    if options.errors == "-":
        options.wrong("--errors takes a file; without it bad rows are told on stderr")
    if options.seed is not None and not options.verify:
        options.wrong("--seed goes with --verify")
    if Path(options.input).is_dir() or options.cluster:
        if options.source_kind or options.target_kind:
            options.wrong("--from and --to are for one file; in folders the suffix of each file counts")
        if options.cluster and Path(options.input).is_file():
            options.wrong("--cluster takes folders of files as IN and OUT")


# --- one file -----------------------------------------------------------------------------------


def _file(options: argparse.Namespace) -> int:
    source, target = options.input, atomic_files.real_path(options.output)
    errors = atomic_files.real_path(options.errors) if options.errors else ""
    source_kind = tables.kind_of(source, options.source_kind, "--from")
    # Stdout and devices have no suffix that could tell: they get what came in.
    same = source_kind if atomic_files.is_direct(options.output) else None
    job = Job(
        source=source, source_kind=source_kind,
        target=target, target_kind=tables.kind_of(options.output, options.target_kind or same, "--to"),
        errors=errors, verify=options.verify, seed=options.seed, resume=options.resume,
    )
    _refuse_the_same([source], [target, f"{target}.part", f"{target}.part.state", errors, errors and f"{errors}.part"])
    knowledge = reader.load()
    if options.resume and not batch.left(job):
        complain(f"{options.output}: there is no interrupted run to go on with; beginning at the first row")
    begun = time.monotonic()
    count = 0

    def bad(row: BadRow) -> None:
        nonlocal count
        if not errors and count < MAX_SHOWN:
            complain(f"{_shown(source)}{f':{row.line}' if row.line else ''}: row {row.row}: {row.error}")
        count += 1

    talks = options.output != "-" or not sys.stdout.isatty()
    with contextlib.closing(_workers(options, knowledge)) as workers, _bar(1.0, "rows", talks) as progress:
        state = batch.run(job, knowledge, workers, lambda rows, share: progress(rows, share), bad)
    verified = min(options.verify, state.rows - state.bad)
    _say_how_it_went(options, state.rows, state.bad, verified, state.contract.seed, time.monotonic() - begun)
    if options.json:
        sys.stdout.buffer.write(encode(_summary(options, knowledge, state.rows, state.bad, verified)))
    return ExitCode.BAD_INPUT if state.bad else 0


def _workers(options: argparse.Namespace, knowledge: Knowledge) -> Workers:
    return Workers(knowledge, reader.rules_folder(), options.engine, _processes(options))


def _processes(options: argparse.Namespace) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return int(options.processes or cores)


def _refuse_the_same(inputs: list[str], outputs: list[str]) -> None:
    """No file is read and written, or written twice."""
    names = list(inputs)
    for name in outputs:
        if name and not atomic_files.is_direct(name):
            refuse_same(name, names)
            names.append(name)


# --- a folder -----------------------------------------------------------------------------------


def _folder(options: argparse.Namespace) -> int:
    source, target = Path(options.input), Path(options.output)
    if not source.is_dir():
        raise BadFile.of_file(str(source), "missing", "there is no such folder", missing=True)
    if target.exists() and not target.is_dir():
        raise TriageError(f"{target}: this is a file, and IN is a folder; OUT must be a folder too", ExitCode.USAGE)
    if target.exists() and source.samefile(target):
        raise TriageError(f"{target}: IN and OUT are the same folder; give OUT another name", ExitCode.USAGE)
    errors = atomic_files.real_path(options.errors) if options.errors else ""
    knowledge = reader.load()
    todo, others = cluster.tasks(source, target, knowledge, reader.rules_folder(), options.engine, options.verify,
                                 options.seed, options.resume)
    targets = [task.target for task in todo]
    _refuse_the_same([task.source for task in todo], [*targets, errors, errors and f"{errors}.part"])
    if others:
        complain(f"{source}: left out, being no table: {', '.join(others[:10])}{', …' if others[10:] else ''}")
    if options.resume and not (target / cluster.NOTES).is_dir():
        complain(f"{target}: there is no interrupted run to go on with; beginning at the first file")
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        workers = stack.enter_context(contextlib.closing(_workers(options, knowledge)))
        progress = stack.enter_context(_bar(len(todo), "files", True))
        whole = 0

        def done(outcome: Outcome) -> None:
            nonlocal whole
            whole += 1
            progress(whole, whole)
            if outcome.fault:
                complain(outcome.fault)

        do = cluster.on(options.cluster, _processes(options)) if options.cluster else cluster.here(workers)
        outcomes, bad = cluster.run(todo, target, errors, do, done, 0 if errors else MAX_SHOWN)
    for name, row in bad:
        complain(f"{source / name}{f':{row.line}' if row.line else ''}: row {row.row}: {row.error}")
    rows, wrong, verified = (sum(getattr(o, name) for o in outcomes) for name in ("rows", "bad", "verified"))
    faults = [outcome for outcome in outcomes if outcome.fault]
    differ = any(outcome.code == ExitCode.FAULTS for outcome in faults)
    _say_how_it_went(options, rows, wrong, 0 if differ else verified, options.seed, time.monotonic() - begun)
    if faults:
        complain(f"{len(faults)} of {len(outcomes)} files could not be done; mend them and go on with --resume")
    if options.json:
        sys.stdout.buffer.write(encode({
            **_summary(options, knowledge, rows, wrong, verified), "files": len(outcomes), "files_bad": len(faults),
        }))
    return ExitCode.FAULTS if differ else ExitCode.BAD_INPUT if wrong or faults else 0


# --- what is said -------------------------------------------------------------------------------


def _shown(name: str) -> str:
    return "<stdin>" if name == "-" else name


def _say_how_it_went(
    options: argparse.Namespace, rows: int, bad: int, verified: int, seed: int | None, seconds: float
) -> None:
    if verified:
        drawn = "" if seed is None else f" (seed {seed})"
        complain(f"{verified:,} rows recomputed on {other_engine(options.engine)}: all the same{drawn}")
    if bad:
        where = f"they are in {options.errors}" if options.errors else "--errors FILE gathers them"
        complain(f"{bad:,} of {rows:,} rows were bad; {where}")
    if sys.stderr.isatty():
        pace = rows / max(seconds, 1e-9)
        complain(f"{rows:,} rows, {bad:,} bad, {options.engine}, {seconds:.1f} s, {pace:,.0f} rows/s")


def _summary(options: argparse.Namespace, knowledge: Knowledge, rows: int, bad: int, verified: int) -> dict[str, Any]:
    return {"output": options.output, "rows": rows, "bad": bad, "engine": options.engine,
            "rules": knowledge.digest[:12], "verified": verified}


@contextlib.contextmanager
def _bar(total: float, what: str, wanted: bool) -> Iterator[Progress]:
    """A bar on stderr while this lasts, if that is a terminal. It takes a count, and how much of the total that is."""
    if not (wanted and sys.stderr.isatty()):
        yield lambda count, done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    bar = Progress(BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[count]:,} " + what),
                   TimeRemainingColumn(), console=Console(stderr=True), transient=True)
    with bar:
        task = bar.add_task("", total=total, count=0)
        yield lambda count, done: bar.update(task, completed=done, count=int(count))


# --- templates ----------------------------------------------------------------------------------


def _template(options: argparse.Namespace) -> int:
    if options.output is not None:
        options.wrong("--template takes no more than one file to write to")
    name = options.input or "-"
    if options.template == "parquet" and name == "-" and sys.stdout.isatty():
        options.wrong("Parquet is nothing for a terminal; name a file")
    atomic_files.write(name, template(reader.load(), options.template), over=True)
    return 0
