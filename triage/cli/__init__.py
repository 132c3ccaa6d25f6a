"""The command line: which command, which options.

Commands are imported only when they are called.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from triage import __version__
from triage.support.exit_codes import ExitCode
from triage.support.signals import hear_interrupts
from triage.support.text import printable

DESCRIPTION = """Triage of pain in the lower leg, ankle and foot. Without a command: the guided conversation.
It suggests likely sources and says how urgent it is. It is no diagnosis and gives no all-clear."""

EPILOG = """examples:
  triage                                   the guided conversation
  triage --plain                           the same in plain lines, for screen readers and pipes
  triage assess answers.yaml --json        conclude from a file of answers
  triage interview --answers answers.yaml  which questions would be asked of somebody who knows just these
  triage report answers.yaml -o report.pdf what was concluded, to print or to take along
  triage questions                         what can be answered, and how
  triage check                             every fault of the rules
  triage show clot_signs                   any card with its sources and the rules it gives
  triage where heel_back                   every source that can hurt in a place
  triage map soleus_trigger_points         where a condition is searched and felt, drawn
  triage diary add                         write down how it goes
  triage test tests/scenarios              run scripted stories
  triage prove                             prove what must hold for all answers there are
  triage mutate tests/scenarios            spoil the rules and see whether the stories notice
  triage coverage tests/scenarios          what of the rules the stories reach
  triage diff old/rules rules              what changed for people between two versions
  triage evaluate tests/cases              measure on real cases
  triage batch people.csv results.csv      conclude for many people at once

exit codes: 0 done, 1 faults found, 2 usage, 65 bad input file, 66 missing file, 69 something it needs is not installed
or does not answer, 73 output cannot be written, 130 interrupted"""

BATCH = """IN is a table with a column 'id' and any findings (`triage questions` lists them). An empty cell, null or a
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

IN and OUT may be folders: each .csv, .jsonl and .parquet file of IN becomes a file of the same name in OUT. With
--cluster this is done on a Dask cluster; needs pip install "soleus-triage[dask]" on every worker, and folders and rules
that all workers see under the same names. What is unfinished stands in OUT/.triage-batch."""


class _Parser(argparse.ArgumentParser):
    """Tells what was typed wrongly without what a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message, "\n"))


def parser() -> argparse.ArgumentParser:
    """The whole command line. Kept free of imports that a command alone needs."""
    shared = _Parser(add_help=False)
    shared.add_argument("--rules", type=Path, default=argparse.SUPPRESS, metavar="DIR",
                        help="another folder of rules (default: $TRIAGE_RULES, else the rules that came with it)")
    data = _Parser(add_help=False, parents=[shared])
    data.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="data as JSON on stdout")

    main_parser = _Parser(
        prog="triage", description=DESCRIPTION, epilog=EPILOG, parents=[data],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main_parser.add_argument("--version", action="version", version=f"triage {__version__}")
    main_parser.add_argument("--plain", action="store_true", help="plain lines, no redrawing")
    main_parser.add_argument("--mouse", action="store_true", help="let the mouse pick answers")
    main_parser.add_argument("--save", action=argparse.BooleanOptionalAction, default=None,
                             help="keep the answers in a private file, to go on later (default: you are asked)")
    commands = main_parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(name: str, text: str, example: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=text, description=text[0].upper() + text[1:] + ".", parents=[data],
            epilog=f"example:\n  {example}", formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    assess = command("assess", "conclude from a YAML or JSON mapping of finding to answer",
                     "triage assess answers.yaml --json")
    assess.add_argument("file", help="the answers, - for stdin")
    assess.add_argument("--trace", action="store_true", help="the facts and the rules that fired, on stderr")

    interview = command("interview", "let a simulated person who knows just these answers take the whole interview",
                        "triage interview --answers answers.yaml --otherwise no")
    interview.add_argument("--answers", required=True, metavar="FILE", help="what the person knows, - for stdin")
    interview.add_argument("--otherwise", choices=["not_sure", "no"], default="not_sure",
                           help="what the person says to all else (default: not_sure)")

    questions = command("questions", "the vocabulary: id, kind, wording, options", "triage questions --topic pain")
    questions.add_argument("--topic", help="only this topic, such as pain or onset")

    check = command("check", "every fault of the rules; exit 1 if there is any", "triage check rules")
    check.add_argument("dir", nargs="?", type=Path, help="a folder of rules (default: the rules in use)")
    check.add_argument("--on", type=_day, metavar="YYYY-MM-DD", help="as if it were this day: what is then due for "
                       "review (default: today)")
    check.add_argument("--stories", type=Path, metavar="DIR", help="the stories that each card must have (default: "
                       "tests/scenarios beside the rules, where it is)")

    show = command("show", "a card with its sources and the rules it gives", "triage show soleus_trigger_points")
    show.add_argument("id", help="the id of a card, finding, source or rule")

    test = command("test", "run scripted stories; exit 1 if one fails", "triage test tests/scenarios")
    test.add_argument("dir", type=Path, help="a file or folder of scenarios, or a table of edges (.jsonl)")
    test.add_argument("--engine", choices=["compiled", "experta"], default="compiled",
                      help="the evaluator that concludes; both conclude the same, experta is slower")

    prove = command("prove", "prove what must hold for all answers; exit 1, with a counterexample, if one fails",
                    "triage prove\n  triage prove clot_is_today --counterexamples found")
    prove.add_argument("theorem", nargs="*", help="only these (default: all; --list names them)")
    prove.add_argument("--list", action="store_true", help="name the theorems and stop")
    prove.add_argument("--counterexamples", type=Path, metavar="DIR",
                       help="also write each counterexample as an answers file into this folder")

    mutate = command("mutate", "spoil the rules, one line at a time, and see whether the stories notice; exit 1 if too "
                     "few do", "triage mutate tests/scenarios --edges tests/regression/edges.jsonl")
    mutate.add_argument("dir", type=Path, help="a file or folder of scenarios")
    mutate.add_argument("--card", action="append", default=[], metavar="ID", help="only the rules of this card")
    mutate.add_argument("--sample", type=_whole, metavar="N", help="only so many mutants, evenly picked")
    mutate.add_argument("--all", action="store_true", help="list every survivor (default: the first twenty)")
    mutate.add_argument("--edges", type=Path, metavar="FILE",
                        help="also run this table of edges on the mutants that no story notices")
    mutate.add_argument("--write", type=Path, metavar="FILE",
                        help="make the table of edges anew, for all that no story notices; with --card only its lines")

    coverage = command("coverage", "what of the rules the stories reach; exit 1 if it is less than the floors ask for",
                       "triage coverage tests/scenarios")
    coverage.add_argument("dir", type=Path, help="a file or folder of scenarios")
    coverage.add_argument("--missing", action="store_true", help="list all that no story reaches")

    diff = command("diff", "what changed for people between two versions of the rules",
                   "triage diff old/rules rules --cases tests/cases --scenarios tests/scenarios")
    diff.add_argument("old", metavar="OLD", help="a folder of rules, or a revision of git such as v1.0.0")
    diff.add_argument("new", metavar="NEW", help="the same for the newer one")
    diff.add_argument("--cases", type=Path, metavar="DIR", help="compare the outcomes of these cases")
    diff.add_argument("--scenarios", type=Path, metavar="DIR", help="compare the outcomes of these stories")
    diff.add_argument("--random", type=int, default=1000, metavar="N", help="and of so many random answers (1000)")
    diff.add_argument("--seed", type=int, default=1, metavar="N", help="which random answers (default: 1)")
    diff.add_argument("--all", action="store_true", help="list every difference (default: the first twenty of a kind)")

    safety = command("safety", "the clinical safety file, its tables made anew from the rules and the stories",
                     "triage safety tests/scenarios > triage/docs/safety.md")
    safety.add_argument("dir", type=Path, help="the folder of scenarios that show the controls")
    safety.add_argument("--full", action="store_true", help="with digest, counts and lines of stories, for a release")

    sign = command("sign", "a clinician signs a card as reviewed; a later change of the card undoes it",
                   "triage sign clot_signs --by 'A. Name' --role 'emergency physician'")
    sign.add_argument("id", help="the id of a card")
    sign.add_argument("--by", required=True, metavar="NAME", help="who reviewed it")
    sign.add_argument("--role", required=True, help="as what: profession, registration")
    sign.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="how long it holds (default: two years)")

    evaluate = command("evaluate", "measure the rules on cases with known diagnoses and urgencies",
                       "triage evaluate tests/cases --compare before.json")
    evaluate.add_argument("cases", type=Path, help="cases, one JSON object a line, or a folder with cases.jsonl")
    evaluate.add_argument("--answers", type=Path, metavar="DIR",
                          help="the folder of their answers, ID.yaml each (default: beside the cases)")
    evaluate.add_argument("--otherwise", choices=["not_sure", "no"], default="not_sure",
                          help="what the simulated person of the interview says to all else (default: not_sure)")
    evaluate.add_argument("--interview", action="store_true", help="only how well the interview asks, beside its aims")
    evaluate.add_argument("--rows", type=Path, metavar="FILE", help="also write one row a case, as CSV")
    evaluate.add_argument("--compare", type=Path, metavar="OLD.json",
                          help="list each case whose outcome is another one than in this earlier --json report")

    batch = command("batch", "conclude for every row of a CSV, JSON Lines or Parquet file",
                    "triage batch people.csv results.csv --errors bad.jsonl\n"
                    "  triage batch --template csv > people.csv\n"
                    "  triage batch shards results --cluster local --processes 2")
    batch.description = f"{batch.description}\n\n{BATCH}"
    batch.add_argument("input", nargs="?", metavar="IN", help="the table, or a folder of tables; - for stdin")
    batch.add_argument("output", nargs="?", metavar="OUT", help="the results, or their folder; - for stdout")
    kinds = ["csv", "jsonl", "parquet"]
    batch.add_argument("--from", dest="source_kind", choices=kinds, help="the kind of IN (default: by its suffix)")
    batch.add_argument("--to", dest="target_kind", choices=kinds,
                       help="the kind of OUT (default: by its suffix; on stdout that of IN)")
    batch.add_argument("--errors", metavar="FILE", help="bad rows go here (default: the first ten are told on stderr)")
    batch.add_argument("--resume", action="store_true", help="go on with an interrupted run")
    batch.add_argument("--engine", choices=["compiled", "experta"], default="compiled",
                       help="which evaluator; both conclude the same (default: compiled, which is much faster)")
    batch.add_argument("--verify", type=_whole, default=0, metavar="K",
                       help="recompute K random rows on the other engine, of each file; exit 1 if one differs")
    batch.add_argument("--seed", type=int, metavar="N", help="which random rows (default: others each time)")
    batch.add_argument("--processes", type=_whole, metavar="N", help="default: one a core; 1: no other process")
    batch.add_argument("--cluster", metavar="ADDRESS",
                       help="a Dask scheduler such as tcp://host:8786, or local for one of --processes workers")
    batch.add_argument("--template", choices=kinds,
                       help="write an example of IN with every column to stdout, or to the file named, and stop")
    batch.set_defaults(wrong=batch.error)

    resume = command("resume", "go on with a conversation that was kept", "triage resume")
    resume.add_argument("id", nargs="?", default="", help="which one (default: the newest without a result)")

    kept = command("sessions", "the conversations kept on this computer", "triage sessions list")
    kept.add_argument("act", choices=["list", "show", "delete"], help="list all, show one, delete one")
    kept.add_argument("id", nargs="?", default="", help="the name of a session")
    kept.add_argument("--all", action="store_true", help="delete all")

    noted = command("diary", "how it goes: write down the pain from time to time, and see whether it gets easier",
                    "triage diary add\n  triage diary show --svg course.svg")
    noted.add_argument("act", choices=["add", "show"], help="write an entry, or show them beside the expected course")
    noted.add_argument("--answers", metavar="FILE", help="add: what is known so far (default: the newest kept talk)")
    noted.add_argument("--new", action="store_true", help="add: it is about another trouble than the entries before")
    noted.add_argument("--svg", metavar="FILE", help="show: draw the course into this file")
    noted.add_argument("--force", action="store_true", help="write over a file that exists")

    forget = command("forget", "wipe all that is kept on this computer: conversations and diary", "triage forget")
    forget.add_argument("--yes", action="store_true", help="do not ask")

    why = command("why", "what speaks for and against the first conditions, or why something is asked",
                  "triage why answers.yaml plantar_fasciitis")
    why.add_argument("file", help="the answers, - for stdin")
    why.add_argument("id", nargs="?", default="", help="a condition, or a finding that would be asked")

    why_not = command("why-not", "why a condition is not named first, or not at all",
                      "triage why-not answers.yaml tibial_stress_fracture")
    why_not.add_argument("file", help="the answers, - for stdin")
    why_not.add_argument("condition", help="the id of a condition")

    what_if = command("what-if", "the smallest change of answers that would change the result, or what one would do",
                      "triage what-if answers.yaml pain.night=yes")
    what_if.add_argument("file", help="the answers, - for stdin")
    what_if.add_argument("change", nargs="*", metavar="FINDING=ANSWER",
                         help="other answers to try; without any the smallest changes are looked for")

    where = command("where", "every source that can hurt in a place", "triage where heel_back")
    where.add_argument("zone", nargs="?", default="", help="an option of pain.site (default: list them)")
    drawing = command("map", "draw where a condition is searched and felt",
                      "triage map soleus_trigger_points --svg map.svg")
    drawing.add_argument("condition", nargs="?", default="",
                         help="the id of a condition (default: all places, numbered)")
    for drawn in (where, drawing):
        drawn.add_argument("--side", choices=["right", "left"], default="right", help="which leg (default: right)")
        drawn.add_argument("--svg", metavar="FILE", help="write the picture to this file")
        drawn.add_argument("--force", action="store_true", help="write over a file that exists")

    report = command("report", "what was concluded, to be taken away: for the person, and one page for the clinician",
                     "triage report answers.yaml -o report.pdf")
    report.add_argument("file", metavar="ANSWERS", help="the answers, - for stdin, or the id of a kept session")
    report.add_argument("-o", "--output", metavar="FILE", default="-", help="where to write it (default: stdout)")
    report.add_argument("--format", choices=["text", "html", "json", "pdf"],
                        help="default: by the suffix of FILE, else text; pdf needs pip install \"soleus-triage[pdf]\"")
    report.add_argument("--for", dest="reader", choices=["person", "clinician", "both"], default="both",
                        help="for whom (default: both)")
    report.add_argument("--force", action="store_true", help="write over a file that is there already")
    report.set_defaults(wrong=report.error)

    schema = command("schema", "JSON Schemas of the cards, for editors", "triage schema rules/schema")
    schema.add_argument("dir", nargs="?", type=Path, help="write one file a kind of card here (default: print all)")
    return main_parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no day such as 2026-11-30") from None


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; no traceback reaches a person who gave bad input."""
    options = parser().parse_args(argv)
    hear_interrupts()
    if "rules" in options:
        os.environ["TRIAGE_RULES"] = str(options.rules)
    options.json = getattr(options, "json", False)
    module = importlib.import_module(f"triage.cli.commands.{(options.command or 'talk').replace('-', '_')}")
    try:
        code: int = module.run(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader went away, as `| head` does; Python must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except OSError as error:
        if error.filename or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            return _sentence(error)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"the output cannot be written: {(error.strerror or '').lower()}", file=sys.stderr)
        return ExitCode.CANNOT_WRITE
    except Exception as error:
        return _sentence(error)


def _sentence(error: Exception) -> int:
    """Bad input as sentences on stderr. Anything else is a fault of ours and keeps its traceback."""
    from triage.support.errors import TriageError

    if isinstance(error, TriageError):
        for sentence in error.sentences:
            print(sentence, file=sys.stderr)
        return error.exit_code
    if isinstance(error, OSError) and error.filename:
        print(printable(f"{error.filename}: {(error.strerror or 'cannot be used').lower()}"), file=sys.stderr)
        return ExitCode.MISSING
    raise error
