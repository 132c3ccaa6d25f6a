"""The command line: the names of the commands and what they share.

Kept light: what a command alone takes stands beside it, in `triage.cli.commands`, and is loaded when it is called.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from triage import __version__
from triage.cli.output import complain
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


class Command(NamedTuple):
    """What `triage --help` says of a command, and an example."""

    summary: str
    example: str


COMMANDS = {
    "assess": Command("conclude from a YAML or JSON mapping of finding to answer", "triage assess answers.yaml --json"),
    "interview": Command(
        "let a simulated person who knows just these answers take the whole interview",
        "triage interview --answers answers.yaml --otherwise no",
    ),
    "questions": Command("the vocabulary: id, kind, wording, options", "triage questions --topic pain"),
    "check": Command("every fault of the rules; exit 1 if there is any", "triage check rules"),
    "show": Command("a card with its sources and the rules it gives", "triage show soleus_trigger_points"),
    "test": Command("run scripted stories; exit 1 if one fails", "triage test tests/scenarios"),
    "prove": Command(
        "prove what must hold for all answers; exit 1, with a counterexample, if one fails",
        "triage prove\n  triage prove clot_is_today --counterexamples found",
    ),
    "mutate": Command(
        "spoil the rules, one line at a time, and see whether the stories notice; exit 1 if too few do",
        "triage mutate tests/scenarios --edges tests/regression/edges.jsonl",
    ),
    "coverage": Command(
        "what of the rules the stories reach; exit 1 if it is less than the floors ask for",
        "triage coverage tests/scenarios",
    ),
    "diff": Command(
        "what changed for people between two versions of the rules",
        "triage diff old/rules rules --cases tests/cases --scenarios tests/scenarios",
    ),
    "safety": Command(
        "the clinical safety file, its tables made anew from the rules and the stories",
        "triage safety tests/scenarios > triage/docs/safety.md",
    ),
    "sign": Command(
        "a clinician signs a card as reviewed; a later change of the card undoes it",
        "triage sign clot_signs --by 'A. Name' --role 'emergency physician'",
    ),
    "evaluate": Command(
        "measure the rules on cases with known diagnoses and urgencies",
        "triage evaluate tests/cases --compare before.json",
    ),
    "batch": Command(
        "conclude for every row of a CSV, JSON Lines or Parquet file",
        "triage batch people.csv results.csv --errors bad.jsonl\n"
        "  triage batch --template csv > people.csv\n"
        "  triage batch shards results --cluster local --processes 2",
    ),
    "resume": Command("go on with a conversation that was kept", "triage resume"),
    "sessions": Command("the conversations kept on this computer", "triage sessions list"),
    "diary": Command(
        "how it goes: write down the pain from time to time, and see whether it gets easier",
        "triage diary add\n  triage diary show --svg course.svg",
    ),
    "forget": Command("wipe all that is kept on this computer: conversations and diary", "triage forget"),
    "why": Command(
        "what speaks for and against the first conditions, or why something is asked",
        "triage why answers.yaml plantar_fasciitis",
    ),
    "why-not": Command(
        "why a condition is not named first, or not at all",
        "triage why-not answers.yaml tibial_stress_fracture",
    ),
    "what-if": Command(
        "the smallest change of answers that would change the result, or what one would do",
        "triage what-if answers.yaml pain.night=yes",
    ),
    "where": Command("every source that can hurt in a place", "triage where heel_back"),
    "map": Command("draw where a condition is searched and felt", "triage map soleus_trigger_points --svg map.svg"),
    "report": Command(
        "what was concluded, to be taken away: for the person, and one page for the clinician",
        "triage report answers.yaml -o report.pdf",
    ),
    "schema": Command("JSON Schemas of the cards, for editors", "triage schema rules/schema"),
}


def module_of(command: str) -> str:
    """The module of a command, with its `add_arguments(parser)` and `run(options)`."""
    return f"triage.cli.commands.{command.replace('-', '_')}"


def command_line() -> argparse.ArgumentParser:
    """The parser of the whole command line. A command's own arguments are added when it is called."""
    data = _CommandParser(add_help=False)
    data.add_argument("--rules", type=Path, default=argparse.SUPPRESS, metavar="DIR",
                      help="another folder of rules (default: $TRIAGE_RULES, else the rules that came with it)")
    data.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="data as JSON on stdout")
    parser = _Parser(
        prog="triage", description=DESCRIPTION, epilog=EPILOG, parents=[data],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"triage {__version__}")
    parser.add_argument("--plain", action="store_true", help="plain lines, no redrawing")
    parser.add_argument("--mouse", action="store_true", help="let the mouse pick answers")
    parser.add_argument("--save", action=argparse.BooleanOptionalAction, default=None,
                        help="keep the answers in a private file, to go on later (default: you are asked)")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", parser_class=_CommandParser)
    for name, command in COMMANDS.items():
        commands.add_parser(
            name, help=command.summary, description=f"{command.summary[0].upper()}{command.summary[1:]}.",
            parents=[data], epilog=f"example:\n  {command.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        ).module = module_of(name)
    return parser


class _Parser(argparse.ArgumentParser):
    """Tells what was typed wrongly without what a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message, "\n"))

    def _print_message(self, message: str, file: Any = None) -> None:
        """As argparse does it, but that it hides what cannot be written."""
        if file is sys.stdout:
            file.write(message)
        else:
            complain(*message.removesuffix("\n").split("\n"))


class _CommandParser(_Parser):
    """Takes its arguments from the module of its command when they are first needed."""

    module = ""

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        self._fill()
        return super().parse_known_args(args, namespace)

    def format_help(self) -> str:
        self._fill()
        return super().format_help()

    def _fill(self) -> None:
        if self.module:
            command, self.module = importlib.import_module(self.module), ""
            command.add_arguments(self)
