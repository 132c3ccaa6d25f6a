"""`triage prove`: what must hold holds for all answers there are, or here is who it does not hold for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from triage import cards, files
from triage.cli import UNAVAILABLE
from triage.files import BadFile
from triage.model import Answers, Fault
from triage.parts import Stopped, writing
from triage.result import encode, lines, plain


def run(options: argparse.Namespace) -> int:
    """Prove the theorems, one line each, with the counterexamples of those that fail; 1 if one does."""
    try:
        from triage.proof.ground import Ground
        from triage.proof.theorems import THEOREMS, says
    except ImportError:
        print('the proofs need z3: pip install "soleus-triage[dev]"', file=sys.stderr)
        return UNAVAILABLE
    if options.list:
        for name, theorem in THEOREMS.items():
            print(f"{name:<22}  {says(theorem)}")
        return 0
    names = [files.named(THEOREMS, name, "theorem") for name in options.theorem] or list(THEOREMS)
    ground = Ground(cards.load())
    out: list[dict[str, Any]] = []
    for name in names:
        claims = list(THEOREMS[name](ground))
        wrong = [claim for claim in claims if claim is not None]
        out.append({"theorem": name, "says": says(THEOREMS[name]), "claims": len(claims), "counterexamples": [
            {"says": each.says, "answers": _plain(each.answers), "then": _plain(each.then)} for each in wrong]})
        if not options.json:
            _told(out[-1])
    if options.counterexamples:
        try:
            _write(options.counterexamples, out)
        except Stopped as error:
            print(error.sentence, file=sys.stderr)
            return error.code
    if options.json:
        sys.stdout.buffer.write(encode(out))
    failed = [each["theorem"] for each in out if each["counterexamples"]]
    print(f"{len(out) - len(failed)} theorems proven, {len(failed)} failed", file=sys.stderr)
    return 1 if failed else 0


def _told(theorem: dict[str, Any]) -> None:
    wrong = theorem["counterexamples"]
    word = f"FAILS for {len(wrong)} of" if wrong else "proven,"
    print(f"{theorem['theorem']:<22}  {word} {theorem['claims']} claims: {theorem['says']}", flush=True)
    for each in wrong:
        print(f"    {each['says']}")
        for line in _lines(each):
            print(f"        {line}")


def _lines(example: dict[str, Any]) -> list[str]:
    """A counterexample as an answers file; what a second person adds stands behind a comment."""
    return [*lines(example["answers"]), *(f"# and then: {line}" for line in lines(example["then"]))]


def _write(folder: Path, theorems: Iterable[dict[str, Any]]) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadFile([Fault(str(folder), 0, 0, "shape", "this is a file; a folder for the answers files is needed")])
    with writing(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        for theorem in theorems:
            for number, each in enumerate(theorem["counterexamples"], 1):
                if answers := _lines(each):
                    name = folder / f"{theorem['theorem']}_{number}.yaml"
                    name.write_text("\n".join([f"# {each['says']}", *answers, ""]), encoding="utf-8")
