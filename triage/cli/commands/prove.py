"""`triage prove`: what must be so for all answers there are, proven or with a counterexample."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.cli import arguments
from triage.cli.output import complain
from triage.knowledge import reader
from triage.model import Answers
from triage.presentation.result_json import encode, lines, plain
from triage.support.atomic_files import write, writing
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode

if TYPE_CHECKING:
    from triage.verification.proof.prover import Counterexample


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("theorem", nargs="*", help="only these (default: all; --list names them)")
    parser.add_argument("--list", action="store_true", help="name the theorems and stop")
    parser.add_argument("--counterexamples", type=Path, metavar="DIR",
                       help="also write each counterexample as an answers file into this folder")


def run(options: argparse.Namespace) -> int:
    """Prove the theorems, one line each, with the counterexamples of those that fail; 1 if one does."""
    try:
        from triage.verification.proof.prover import Prover
        from triage.verification.proof.theorems import THEOREMS, statement
    except ImportError:
        raise TriageError('the proofs need z3: pip install "soleus-triage[dev]"', ExitCode.UNAVAILABLE) from None
    if options.list:
        for name, theorem in THEOREMS.items():
            print(f"{name:<22}  {statement(theorem)}")
        return 0
    names = [arguments.known_id(THEOREMS, name, "theorem") for name in options.theorem] or list(THEOREMS)
    prover = Prover(reader.load())
    wrong: dict[str, list[Counterexample]] = {}
    data: list[dict[str, Any]] = []
    for name in names:
        claims = list(THEOREMS[name](prover))
        wrong[name] = [claim for claim in claims if claim is not None]
        data.append({"theorem": name, "says": statement(THEOREMS[name]), "claims": len(claims), "counterexamples": [
            {"says": each.says, "answers": _plain(each.answers), "then": _plain(each.then)} for each in wrong[name]]})
        if not options.json:
            word = f"FAILS for {len(wrong[name])} of" if wrong[name] else "proven,"
            print(f"{name:<22}  {word} {len(claims)} claims: {statement(THEOREMS[name])}", flush=True)
            for each in wrong[name]:
                print("\n        ".join([f"    {each.says}", *_lines(each)]))
    if options.json:
        sys.stdout.buffer.write(encode(data))
    failed = sum(1 for examples in wrong.values() if examples)
    complain(f"{len(wrong) - failed} theorems proven, {failed} failed")
    if options.counterexamples:
        _write(options.counterexamples, wrong)
    return 1 if failed else 0


def _lines(example: Counterexample) -> list[str]:
    """A counterexample as an answers file; what a second person adds stands behind a comment."""
    return [*lines(example.answers), *(f"# and then: {line}" for line in lines(example.then))]


def _plain(answers: Answers) -> dict[str, Any]:
    return {name: plain(answer) for name, answer in answers.items()}


def _write(folder: Path, wrong: Mapping[str, list[Counterexample]]) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadFile.of_file(str(folder), "shape", "this is a file; a folder for the answers files is needed")
    with writing(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        for name, examples in wrong.items():
            for number, each in enumerate(examples, 1):
                if each.answers:
                    text = "\n".join([f"# {each.says}", *_lines(each), ""])
                    write(folder / f"{name}_{number}.yaml", text.encode(), over=True)
