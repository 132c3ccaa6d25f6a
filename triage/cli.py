"""The command line: which command, which options. Commands are imported only when they are called."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from triage import __version__

DONE, FAULTS, USAGE, BAD_INPUT, MISSING, INTERRUPTED = 0, 1, 2, 65, 66, 130

DESCRIPTION = """Triage of pain in the lower leg, ankle and foot. Without a command: the guided conversation.
It suggests likely sources and says how urgent it is. It is no diagnosis and gives no all-clear."""

EPILOG = """examples:
  triage                                   the guided conversation
  triage --plain                           the same in plain lines, for screen readers and pipes
  triage assess answers.yaml --json        conclude from a file of answers
  triage interview --answers answers.yaml  which questions would be asked of somebody who knows just these
  triage questions                         what can be answered, and how
  triage check                             every fault of the rules
  triage show clot_signs                   any card with its sources and the rules it gives
  triage test tests/scenarios              run scripted stories
  triage evaluate tests/cases              measure on real cases

exit codes: 0 done, 1 faults found, 2 usage, 65 bad input file, 66 missing file, 130 interrupted"""


def parser() -> argparse.ArgumentParser:
    """The whole command line. Kept free of imports that a command alone needs."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--rules", type=Path, default=argparse.SUPPRESS, metavar="DIR",
                        help="another folder of rules (default: $TRIAGE_RULES, else the rules that came with it)")
    data = argparse.ArgumentParser(add_help=False, parents=[shared])
    data.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="data as JSON on stdout")

    main_parser = argparse.ArgumentParser(
        prog="triage", description=DESCRIPTION, epilog=EPILOG, parents=[data],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main_parser.add_argument("--version", action="version", version=f"triage {__version__}")
    main_parser.add_argument("--plain", action="store_true", help="plain lines, no redrawing")
    main_parser.add_argument("--mouse", action="store_true", help="let the mouse pick answers")
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

    show = command("show", "a card with its sources and the rules it gives", "triage show soleus_trigger_points")
    show.add_argument("id", help="the id of a card, finding, source or rule")

    test = command("test", "run scripted stories; exit 1 if one fails", "triage test tests/scenarios")
    test.add_argument("dir", type=Path, help="a file or folder of scenarios")

    evaluate = command("evaluate", "measure the rules on cases with known diagnoses and urgencies",
                       "triage evaluate tests/cases --compare before.json")
    evaluate.add_argument("cases", type=Path, help="cases, one JSON object a line, or a folder with cases.jsonl")
    evaluate.add_argument("--answers", type=Path, metavar="DIR",
                          help="the folder of their answers, ID.yaml each (default: beside the cases)")
    evaluate.add_argument("--otherwise", choices=["not_sure", "no"], default="not_sure",
                          help="what the simulated person of the interview says to all else (default: not_sure)")
    evaluate.add_argument("--rows", type=Path, metavar="FILE", help="also write one row a case, as CSV")
    evaluate.add_argument("--compare", type=Path, metavar="OLD.json",
                          help="list each case whose outcome is another one than in this earlier --json report")

    schema = command("schema", "JSON Schemas of the cards, for editors", "triage schema rules/schema")
    schema.add_argument("dir", nargs="?", type=Path, help="write one file a kind of card here (default: print all)")
    return main_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; no traceback reaches a person who gave bad input."""
    options = parser().parse_args(argv)
    if "rules" in options:
        os.environ["TRIAGE_RULES"] = str(options.rules)
    options.json = getattr(options, "json", False)
    module = importlib.import_module(f"triage.commands.{options.command or 'talk'}")
    try:
        code: int = module.run(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("\nStopped. Nothing was saved.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away, as `| head` does; Python must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return _sentence(error)


def _sentence(error: Exception) -> int:
    """Bad input as sentences on stderr. Anything else is a fault of ours and keeps its traceback."""
    from triage.cards import RulesError
    from triage.files import BadFile

    if isinstance(error, RulesError):
        for fault in error.faults[:1]:
            print(fault, file=sys.stderr)
        if len(error.faults) > 1:
            print(f"and {len(error.faults) - 1} more; `triage check` lists all", file=sys.stderr)
        return BAD_INPUT
    if isinstance(error, BadFile):
        for fault in error.faults:
            place = f"{fault.file}:{fault.line}:{fault.column}" if fault.line else fault.file
            print(f"{place}: {fault.message}", file=sys.stderr)
        return MISSING if error.missing else BAD_INPUT
    if isinstance(error, OSError) and error.filename:
        print(f"{error.filename}: {(error.strerror or 'cannot be used').lower()}", file=sys.stderr)
        return MISSING
    raise error
