"""`triage evaluate CASES`: how often the system is right on cases with known answers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from triage.batch.tables import csv
from triage.cli.output import complain, refuse_same
from triage.dialogue.conversation import Conversation
from triage.dialogue.driver import hold
from triage.dialogue.simulated_person import ScriptFront
from triage.inference.assessment import assess
from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.model import Answers, Fault, Knowledge
from triage.presentation.result_json import encode
from triage.support.atomic_files import write
from triage.support.errors import BadFile
from triage.support.input_files import whole
from triage.support.text import printable
from triage.verification import evaluation
from triage.verification.case_answers import answers_of
from triage.verification.evaluation import Case, Outcome

ALL, INTERVIEW = "all answers at once", "interview"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("cases", type=Path, help="cases, one JSON object a line, or a folder with cases.jsonl")
    parser.add_argument("--answers", type=Path, metavar="DIR",
                          help="the folder of their answers, ID.yaml each (default: beside the cases)")
    parser.add_argument("--otherwise", choices=["not_sure", "no"], default="not_sure",
                          help="what the simulated person of the interview says to all else (default: not_sure)")
    parser.add_argument("--interview", action="store_true", help="only how well the interview asks, beside its aims")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="also write one row a case, as CSV")
    parser.add_argument("--compare", type=Path, metavar="OLD.json",
                          help="list each case whose outcome is another one than in this earlier --json report")


def run(options: argparse.Namespace) -> int:
    """Evaluate, print the table or the data, write the rows, compare."""
    knowledge = reader.load()
    path = options.cases / "cases.jsonl" if options.cases.is_dir() else options.cases
    every, faults = evaluation.cases(whole(str(path)), str(path))
    if faults:
        raise BadFile(faults)
    old = _report(options.compare) if options.compare else None
    answers = answers_of(knowledge, every, options.answers or path.parent)
    if not answers:
        raise BadFile.of_file(str(path), "missing", "no case has answers; put them beside the cases, one file "
                              "ID.yaml each, or name their folder by --answers", missing=True)
    if options.rows:
        refuse_same(str(options.rows), [str(path), *([str(options.compare)] if options.compare else []),
                                        *(str((options.answers or path.parent) / f"{name}.yaml") for name in answers)])
    report, outcomes = _evaluate(knowledge, every, answers, options.otherwise)
    if options.rows:
        _write_rows(options.rows, evaluation.rows(knowledge, every, outcomes))
    if options.json:
        sys.stdout.buffer.write(encode(report))
    elif old is None:
        print(printable("\n".join(_interview(report) if options.interview else _table(report)), "\n"))
    if old is not None:
        changes = evaluation.changes(old, report)
        if options.json:
            complain(*changes or ["no case changed"])
        else:
            print("\n".join(changes) or "no case changed")
    if report["without_answers"]:
        complain(f"without answers, left out: {', '.join(report['without_answers'])}")
    return 0


def _evaluate(
    knowledge: Knowledge, every: list[Case], known: dict[str, Answers], otherwise: str
) -> tuple[dict[str, Any], dict[str, dict[str, Outcome]]]:
    engine = Engine(knowledge)
    conversation = Conversation(knowledge, engine.conclude)
    interview = f"{INTERVIEW}, else {otherwise.replace('_', ' ')}"
    outcomes: dict[str, dict[str, Outcome]] = {ALL: {}, interview: {}}
    for case in every:
        if case.id not in known:
            continue
        answers = known[case.id]
        outcomes[ALL][case.id] = evaluation.outcome(case, assess(knowledge, engine.conclude(answers)))
        person = ScriptFront(answers, otherwise)  # type: ignore[arg-type]
        state, end = hold(conversation, person, conversation.begin())
        assert end.assessment is not None  # a simulated person never leaves
        outcomes[interview][case.id] = evaluation.outcome(case, end.assessment, state.count)
    return evaluation.report(knowledge, every, outcomes), outcomes


def _report(path: Path) -> dict[str, Any]:
    """An earlier report. Raises BadFile."""
    report = evaluation.earlier(whole(str(path)))
    if report is None:
        fault = Fault.of_file(str(path), "shape", "this is no report of `triage evaluate --json`")
        raise BadFile([fault])
    return report


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    columns = [*evaluation.COLUMNS, *evaluation.MORE_COLUMNS]
    lines = [csv.line(columns), *(csv.line([row.get(name, "") for name in columns]) for row in rows)]
    write(path, b"".join(lines), over=True)


def _table(report: dict[str, Any]) -> list[str]:
    """The report as a table: a line a measure, a column a way of answering; then by level, kind and tag."""
    ways = report["ways"]
    wide = max(map(len, evaluation.MEASURES.values()))
    lines = [f"{report['counted']} of {report['cases']} cases counted, rules {report['rules']}. Shares with 95 % "
             "intervals (Wilson).", "", " ".join([f"{'':<{wide}}", *(f"{way:<27}" for way in ways)]).rstrip()]
    for measure, title in evaluation.MEASURES.items():
        cells = [_cell(data["measures"].get(measure)) for data in ways.values()]
        lines.append(" ".join([f"{title:<{wide}}", *(f"{cell:<27}" for cell in cells)]).rstrip())
    for title, key in (("questions, median", "questions_median"), ("questions, 90th percentile", "questions_p90"),
                       ("facts a question, median", "facts_per_question_median")):
        cells = ["-" if data[key] is None else f"{data[key]:g}" for data in ways.values()]
        lines.append(" ".join([f"{title:<{wide}}", *(f"{cell:<27}" for cell in cells)]).rstrip())
    for way, data in ways.items():
        lines += ["", f"By group, {way}:"]
        lines.append(f"{'':<32}{'first':<18}{'first three':<18}{'urgency accepted':<18}{'too low':<18}{'too high':<18}")
        for group, shares in data["groups"].items():
            cells = [_short(shares.get(m)) for m in ("first", "three", "urgency_accepted", "too_low", "too_high")]
            lines.append(f"{group:<32}" + "".join(f"{cell:<18}" for cell in cells).rstrip())
        missed = [
            f"  {name}: told {case['urgency']}, accepted {', '.join(case['accepted'])}"
            for name, case in data["cases"].items() if case["counted"] and not case["urgency_accepted"]
        ]
        lines += ["", f"Urgency not accepted, {way}:", *(missed or ["  none"])]
        lost = [
            f"  {name}: {', '.join(case['conditions'][:3]) or 'nothing'}; accepted "
            f"{', '.join(case['accepted_diagnoses'])}"
            for name, case in data["cases"].items() if case["counted"] and not case["three"]
        ]
        lines += ["", f"Not among the first three, {way}:", *(lost or ["  none"])]
    return lines


AIMS = {"median": 15, "p90": 22, "facts": 0.74, "points": 2, "warning": 6}
"""What an interview should reach: questions at most, facts a question at least (the best of eight
checkers in a study of 2022), points behind all answers at once, and questions before the warning of an emergency."""


def _interview(report: dict[str, Any]) -> list[str]:
    """How good the interview is at asking, beside its aims."""
    at_once = report["ways"][ALL]["measures"]
    lines = [f"{report['counted']} of {report['cases']} cases counted, rules {report['rules']}."]
    for way, data in report["ways"].items():
        if way == ALL:
            continue
        warned = data["questions_before_warning"]
        late = sum(1 for count in warned if count > AIMS["warning"])
        rows = [
            ("questions to the result, median", f"{data['questions_median']:g}", f"at most {AIMS['median']}"),
            ("questions, 90th percentile", f"{data['questions_p90']:g}", f"at most {AIMS['p90']}"),
            ("facts a question, median", f"{data['facts_per_question_median']:g}", f"at least {AIMS['facts']}"),
            *((f"{evaluation.MEASURES[name]}, points behind all answers at once",
               f"{100 * (_part(at_once[name]) - _part(data['measures'][name])):.0f}", f"at most {AIMS['points']}")
              for name in ("three", "safe")),
            ("emergencies warned of after more than 6 questions", f"{late} of {len(warned)}", "0"),
        ]
        wide = max(len(title) for title, _, _ in rows)
        lines += ["", f"{way[0].upper()}{way[1:]}:"]
        lines += [f"{title:<{wide}}  {got:>8}   aim {aim}" for title, got, aim in rows]
    return lines


def _part(share: dict[str, Any]) -> float:
    return float(share["hits"]) / float(share["of"])


def _cell(share: dict[str, Any] | None) -> str:
    if share is None:
        return "-"
    return (f"{share['hits']:>3}/{share['of']:<3} {100 * share['hits'] / share['of']:>3.0f} % "
            f"({100 * share['low']:.0f}-{100 * share['high']:.0f})")


def _short(share: dict[str, Any] | None) -> str:
    if share is None:
        return "-"
    return f"{share['hits']}/{share['of']} ({100 * share['low']:.0f}-{100 * share['high']:.0f} %)"
