"""What must not change when a case is told in another way, and in which direction it may change when more is told.

The real rules, through the compiled evaluator; what concerns the command line, in processes of their own.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT, RULES, SCENARIOS, shared_knowledge
from tests.helpers import small, strategies
from tests.helpers.examples import examples
from tests.interview.test_free_text import SENTENCES, today, told
from triage.inference.answers import BadAnswer, complete, empty, normal, parse
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.model import NOT_SURE, RANK, Answer, Answers, Assessment, Conclusion, Criterion, Finding, Knowledge
from triage.presentation.result_json import encode, result
from triage.records import answers_file
from triage.verification import scenarios

SOME = examples(80)
FILES = ("clot_signs", "limb_ischaemia", "silence", "diabetic_foot_limb", "achilles_rupture")


@cache
def compiled() -> Compiled:
    return Compiled(shared_knowledge())


@cache
def told_stories() -> tuple[Answers, ...]:
    """Answers of a few files of stories, the same each time."""
    paths = sorted(SCENARIOS.rglob("*.yaml"))
    chosen = [path for path in paths if path.stem in FILES] or paths[:3]
    return tuple(story.answers for path in chosen for story in scenarios.read(shared_knowledge(), path))


people = st.deferred(lambda: st.sampled_from(told_stories()) | strategies.answers(shared_knowledge())
                     | strategies.sick_answers(shared_knowledge()))


def concluded(answers: Answers) -> Assessment:
    return assess(shared_knowledge(), compiled().conclude(answers))


def data(answers: Answers) -> bytes:
    return encode(result(shared_knowledge(), concluded(answers)))


def rank(assessment: Assessment) -> tuple[int, int]:
    """The more urgent, the higher."""
    urgency = assessment.urgency
    return RANK[urgency.level], -urgency.within_days


# --- order -------------------------------------------------------------------------------------


@SOME
@given(people, st.randoms(use_true_random=False))
def test_the_order_of_answers_makes_no_difference(answers: Answers, chance: random.Random) -> None:
    names = list(answers)
    chance.shuffle(names)
    assert data({name: answers[name] for name in names}) == data(answers)


@SOME
@given(people, st.randoms(use_true_random=False))
def test_the_order_of_the_options_that_were_ticked_makes_no_difference(
        answers: Answers, chance: random.Random) -> None:
    knowledge = shared_knowledge()
    as_told = {name: list(answer) if isinstance(answer, tuple) else answer for name, answer in answers.items()}
    otherwise = {name: chance.sample(answer * 2, 2 * len(answer)) if isinstance(answer, list) else answer
                 for name, answer in as_told.items()}
    assert parse(knowledge, otherwise) == parse(knowledge, as_told)
    assert parse(knowledge, as_told)[1] == []


def test_the_order_of_keys_in_a_file_makes_no_difference(tmp_path: Path) -> None:
    lines = ["pain.region: [calf, heel]", "pain.side: left", "screens: no", "onset.age: 3 weeks", "person.age: 45",
             "leg.swollen_blue: yes"]
    path = tmp_path / "answers.yaml"
    seen = set()
    for order in (lines, lines[::-1], [*lines[2:], "pain.region: [heel, calf]", lines[1]]):
        path.write_text("\n".join(order), encoding="utf-8")
        seen.add(data(answers_file.answers(shared_knowledge(), str(path))))
    assert len(seen) == 1


# --- hash seeds --------------------------------------------------------------------------------

_ONE_PROCESS = """
import contextlib, datetime, hashlib, io, os, sys
from triage.cli import main
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.presentation import formats, report
from triage.records import answers_file
broken, answers = sys.argv[1:]
def told(*arguments):
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = main(list(arguments))
    print(*arguments[:2], code, hashlib.sha256(out.buffer.getvalue()).hexdigest())
told("check", broken)
told("questions", "--json")
told("show", "clot_signs")
told("why", answers, "--json")
told("why-not", answers, "plantar_fasciitis")
told("what-if", answers, "--json")
told("interview", "--answers", answers, "--json")
knowledge = reader.load()
given = answers_file.answers(knowledge, answers)
found = assess(knowledge, Compiled(knowledge).conclude(given))
whole = report.report(knowledge, found, datetime.date(2026, 1, 1))
for kind in ("text", "html", "json"):
    print("report", kind, hashlib.sha256(formats.render(whole, kind)).hexdigest())
"""


@pytest.mark.slow
def test_no_command_depends_on_the_hash_seed(tmp_path: Path) -> None:
    """Three processes, three seeds, the same bytes of each command. `assess` has its own test in test_cli."""
    broken = small.write(tmp_path)
    path = broken / "findings/pain.yaml"
    damaged = path.read_text(encoding="utf-8").replace("kind: yes_no", "kind: yes_nu").replace("kind: many", "kynd: x")
    path.write_text(damaged, encoding="utf-8")
    rules = tmp_path / "whole" / "rules"
    shutil.copytree(RULES, rules)
    answers = tmp_path / "answers.yaml"
    answers.write_text("screens: no\nperson.age: 45\npain.region: [heel, calf]\npain.side: left\nonset.age: 3 weeks\n"
                       "swelling.extent: whole_calf\npain.first_steps: worst\n", encoding="utf-8")
    running = [
        subprocess.Popen([sys.executable, "-c", _ONE_PROCESS, str(broken), str(answers)], stdout=subprocess.PIPE,
                         text=True, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed, "TRIAGE_RULES": str(rules)})
        for seed in ("0", "1", "31337")]
    first, *others = [process.communicate()[0].splitlines() for process in running]
    assert len(first) == 10
    assert first[0].split()[-2] == "1", "the broken cards have faults"
    assert all(line.split()[-2] == "0" for line in first[1:7])
    assert others == [first, first]


# --- left and right ----------------------------------------------------------------------------


def mirrored(knowledge: Knowledge, answers: Answers) -> Answers:
    """The same trouble on the other side of the body."""
    def other(name: str, option: str) -> str:
        if not re.search(r"(^|_)(left|right)($|_)", option):
            return option
        swapped = re.sub(r"left|right", lambda side: "right" if side[0] == "left" else "left", option)
        return swapped if swapped in knowledge.findings[name].options else option

    out: Answers = {}
    for name, answer in answers.items():
        if isinstance(answer, tuple):
            swapped = {other(name, option) for option in answer}
            out[name] = tuple(option for option in knowledge.findings[name].options if option in swapped)
        else:
            out[name] = other(name, answer) if isinstance(answer, str) and name in knowledge.findings else answer
    return out


def sided(knowledge: Knowledge) -> dict[str, Finding]:
    return {f.id: f for f in knowledge.findings.values()
            if any(re.search(r"(^|_)(left|right)($|_)", option) for option in f.options)}


def test_every_option_of_a_side_has_its_other_side(knowledge: Knowledge) -> None:
    found = sided(knowledge)
    assert {"pain.side", "widespread.places"} <= set(found)
    for finding in found.values():
        for option in finding.options:
            if re.search(r"left|right", option):
                every: Answer = (option,) if finding.kind == "many" else option
                assert mirrored(knowledge, {finding.id: every}) != {finding.id: every}
                assert mirrored(knowledge, mirrored(knowledge, {finding.id: every})) == {finding.id: every}


@SOME
@given(people, st.data())
def test_left_and_right_are_alike(answers: Answers, draw: st.DataObject) -> None:
    knowledge = shared_knowledge()
    for finding in sided(knowledge).values():
        answers = {**answers, finding.id: draw.draw(strategies.answer(finding))}
    one, other = concluded(answers), concluded(mirrored(knowledge, answers))
    assert other.urgency == one.urgency
    assert other.flags == one.flags
    assert [(c.id, c.band, c.weight) for c in other.conditions] == [(c.id, c.band, c.weight) for c in one.conditions]
    assert (other.self_checks, other.care) == (one.self_checks, one.care)
    assert [w.id for w in other.withheld_checks] == [w.id for w in one.withheld_checks]
    assert (other.watch_for, other.look_again, other.unresolved) == (one.watch_for, one.look_again, one.unresolved)


# --- a "no" beside it --------------------------------------------------------------------------


@cache
def true_of_a_no() -> frozenset[str]:
    """Findings whose no, none or nothing is itself a sign in some red flag, as "nothing set it off" is: through derived
    findings and scores too. Every other no can only speak against."""
    knowledge = shared_knowledge()
    nothing = {f.id: answer for f in knowledge.findings.values() if (answer := empty(f)) is not None}
    rests: dict[str, set[str]] = {name: set() for name in nothing}

    def behind(part: Criterion) -> set[str]:
        if part.fact in nothing:
            return {part.fact} if part.holds(nothing[part.fact]) else set()
        return rests.get(part.fact, set())

    for _ in range(6):  # derived findings rest on derived findings
        for rule in knowledge.rules_of("derived", "score_item"):
            fact = f"{'derived' if rule.kind == 'derived' else 'score'}.{rule.card}"
            rests.setdefault(fact, set()).update(*map(behind, rule.parts))
    return frozenset(set().union(*(behind(part) for rule in knowledge.rules_of("red_flag") for part in rule.parts)))


def test_few_findings_are_a_sign_by_being_nothing(knowledge: Knowledge) -> None:
    """Else the tests below would promise little."""
    assert "onset.trigger" in true_of_a_no()
    assert len(true_of_a_no()) < len(knowledge.findings) / 20


def with_a_no(answers: Answers, draw: st.DataObject) -> tuple[Answers, str]:
    """The same answers and one more: a no, none of these or nothing, to what was not answered."""
    knowledge = shared_knowledge()
    implied = complete(knowledge, answers)
    names = [f.id for f in knowledge.findings.values() if f.id not in implied and empty(f) is not None]
    name = draw.draw(st.sampled_from(names))
    return {**answers, name: empty(knowledge.findings[name])}, name  # type: ignore[dict-item]


@examples(200)
@given(people, st.data())
def test_a_no_raises_no_red_flag_and_no_urgency(answers: Answers, draw: st.DataObject) -> None:
    """Whatever it is: what a no may do is to refute. Only where nothing is itself a sign may it be one part of a danger
    whose other parts are there. A condition may come first by it; the urgency of a condition is never today."""
    more, name = with_a_no(answers, draw)
    before, after = concluded(answers), concluded(more)
    settled = {*complete(shared_knowledge(), more)} - {*complete(shared_knowledge(), answers)}
    if not settled & true_of_a_no():
        assert set(after.flags) <= set(before.flags), name
        assert rank(after) <= max(rank(before), (RANK["book"], 0)), name
        assert RANK[after.urgency.level] <= max(RANK[before.urgency.level], RANK["book"])


@examples(200)
@given(people, st.data())
def test_a_no_that_no_rule_in_play_reads_changes_no_conclusion(answers: Answers, draw: st.DataObject) -> None:
    """In play is a rule whose other parts are there: a no to it lets it fire or not."""
    more, name = with_a_no(answers, draw)
    before, after = concluded(answers), concluded(more)
    if fires(before.conclusion) == fires(after.conclusion):
        assert after.urgency == before.urgency, name
        assert [c.id for c in after.conditions] == [c.id for c in before.conditions], name
        assert [c.band for c in after.conditions] == [c.band for c in before.conditions], name
        # A self-check whose result was told, be it nothing, is done.
        done = {check for check in before.self_checks if shared_knowledge().self_checks[check].result == name}
        assert set(before.self_checks) - done <= set(after.self_checks), name


def fires(conclusion: Conclusion) -> tuple[object, ...]:
    """What was concluded, whatever it was concluded from."""
    return conclusion.rules, conclusion.derived, conclusion.scores, conclusion.bands


def test_most_noes_are_beside_it() -> None:
    """Else the test above could pass without a case: of all noes beside one story, most let no rule fire or not."""
    knowledge = shared_knowledge()
    answers = told_stories()[0]
    before = concluded(answers)
    noes = [f for f in knowledge.findings.values() if f.id not in before.answers and empty(f) is not None]
    beside = [f for f in noes
              if fires(compiled().conclude({**answers, f.id: empty(f)})) == fires(before.conclusion)]  # type: ignore[dict-item]
    assert len(beside) > len(noes) / 2 > 50


@examples(200)
@given(people, st.data())
def test_not_sure_is_never_less_urgent_than_silence(answers: Answers, draw: st.DataObject) -> None:
    names = [name for name in shared_knowledge().findings if name not in complete(shared_knowledge(), answers)]
    chosen = draw.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    silent, unsure = concluded(answers), concluded({**answers, **dict.fromkeys(chosen, NOT_SURE)})
    assert rank(unsure) >= rank(silent)
    assert set(silent.flags) <= set(unsure.flags)


# --- own words ---------------------------------------------------------------------------------

TOLD_ANOTHER_WAY = {
    "fillers before it": lambda text: f"Well, um, so basically, {text}",
    "um within it": lambda text: re.sub(r"\b(left|right|my) ", r"\1, um, ", text, count=1),
    "a greeting": lambda text: f"Hi doctor, hope you are well. {text}",
    "capitals": str.upper,
    "small letters": str.lower,
    "written out": lambda text: re.sub(r"\b(do|does|did|is|was|has|have)n't\b", r"\1 not", text).replace(
        "can't", "cannot"),
    "without apostrophes": lambda text: re.sub(r"n't\b", "nt", text),
    "typographic quotes": lambda text: text.replace("'", "\u2019").replace(" - ", " \u2013 "),
    "quoted": lambda text: f"\u201c{text}\u201d",
    "in brackets": lambda text: f"({text})",
    "a list": lambda text: f"- {text}",
    "shouted": lambda text: text if text.endswith("?") else text.rstrip(".") + "!!!",
    "three dots": lambda text: text if text.endswith("?") else text.rstrip(".") + "...",
    "and as a sign": lambda text: text.replace(" and ", " & "),
    "a line break after each comma": lambda text: text.replace(", ", ",\n"),
    "lines of Windows": lambda text: text.replace(". ", ".\r\n"),
    "spaces that do not break": lambda text: text.replace(" ", "\u00a0"),
    "soft hyphens": lambda text: re.sub(r"([a-z]{4})([a-z]{3})", "\\1\u00ad\\2", text),
    "wide letters": lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text),
    "a face": lambda text: f"{text} \U0001f629",
}


@pytest.mark.parametrize("change", TOLD_ANOTHER_WAY.values(), ids=TOLD_ANOTHER_WAY)
def test_the_same_told_in_another_way_is_heard_the_same(change) -> None:  # type: ignore[no-untyped-def]
    changed = 0
    for text, _, _ in SENTENCES:
        again = change(text)
        changed += again != text
        # A time at the very end is heard by its end; nothing may be typed behind it.
        assert told(today(again)) == told(today(text)), again
    assert changed >= 3


CLAUSES = ["my left calf is swollen", "i am 45", "no fever", "it hurts when i walk", "i'm diabetic", "my heel is sore",
           "it began 3 weeks ago", "my toes are numb"]


@SOME
@given(st.lists(st.sampled_from(CLAUSES), min_size=2, max_size=5, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_sentences_makes_no_difference(clauses: list[str], chance: random.Random) -> None:
    other = clauses[:]
    chance.shuffle(other)
    assert told(today(". ".join(other))) == told(today(". ".join(clauses)))


@pytest.mark.parametrize(("british", "american"), [
    ("the colour of my foot has changed", "the color of my foot has changed"),
    ("my foot has turned grey", "my foot has turned gray"),
    ("my skin is discoloured", "my skin is discolored"),
    ("I had an operation under anaesthetic", "I had an operation under anesthetic"),
    ("I have leukaemia", "I have leukemia"), ("my leg is paralysed", "my leg is paralyzed"),
    ("I was hospitalised and my calf hurts", "I was hospitalized and my calf hurts"),
    ("calf pain after 200 metres", "calf pain after 200 meters"),
    ("I have haemophilia", "I have hemophilia"), ("lymphoedema of my leg", "lymphedema of my leg"),
])
def test_both_spellings_are_heard_the_same(british: str, american: str) -> None:
    assert told(today(british)) == told(today(american))


@pytest.mark.parametrize(("text", "days"), [
    ("heel pain for 2½ weeks", "17.5"), ("heel pain for 2 ½ weeks", "17.5"), ("heel pain for 2.5 weeks", "17.5"),
    ("heel pain for two and a half weeks", "17.5"), ("heel pain for 14 days", "14"), ("heel pain for 2 weeks", "14"),
    ("heel pain for a fortnight", "14"), ("heel pain for 2 wks", "14"),
])
def test_one_time_in_several_words(text: str, days: str) -> None:
    assert told(today(text))["onset.age"] == days


def test_another_persons_illness_stays_theirs_over_an_empty_line() -> None:
    assert "history.clot_strong" not in told(today("my sister has cancer.\n\nShe is in hospital."))


# --- units -------------------------------------------------------------------------------------

SAME_TIMES = [
    ("2 weeks", "14 days", "2w", "2 wk", "2 wks", "14d", "336 hours", "336 hrs", 14, 14.0, "2 Weeks ago", "2,0 weeks",
     "2.0 weeks"),
    ("1 day", "24 hours", "24h", "24 hr", "a day", "one day", "yesterday", "1440 minutes", "1440 mins"),
    ("3 months", "90 days", "3 mo", "3m", "3 mths", "3 month"), ("1 year", "365 days", "1y", "1 yr", "a year"),
    ("1,5 weeks", "1.5 weeks", "10.5 days", "10,5 d"), ("10d", "10 days", "240 hours"),
]


@pytest.mark.parametrize("same", SAME_TIMES, ids=lambda same: same[0])
@pytest.mark.parametrize("name", ["onset.age", "swelling.age"])
def test_one_time_in_several_units_is_one_answer(knowledge: Knowledge, name: str, same: tuple[object, ...]) -> None:
    answers = {normal(knowledge.findings[name], each) for each in same}
    assert len(answers) == 1
    assert len({data({"pain.region": ("calf",), name: normal(knowledge.findings[name], each)}) for each in same}) == 1


@pytest.mark.parametrize("same", [("45", 45, 45.0, "45 years", "45y", "45 yrs", "45 yo", " 45 ", "45,0")])
def test_one_age_in_several_forms_is_one_answer(knowledge: Knowledge, same: tuple[object, ...]) -> None:
    assert {normal(knowledge.findings["person.age"], each) for each in same} == {45.0}


@pytest.mark.parametrize("wrong", ["45 yards", "45 months", "540 m", "45 kg", "45 cm", "1/2", "٤٥", "NaN", "Infinity",
                                   "-1", "1e400", "9" * 400, float("nan"), float("inf"), -0.5, 121, 10**30, True,
                                   "half", "forty", "4 5", "0x2D", "²"])
def test_what_is_no_age_is_refused_in_a_sentence(knowledge: Knowledge, wrong: object) -> None:
    with pytest.raises(BadAnswer) as told_:
        normal(knowledge.findings["person.age"], wrong)
    assert len(str(told_.value)) < 200
    assert "\n" not in str(told_.value)


@pytest.mark.parametrize("wrong", ["3 fathoms", "1/2", "٣ days", "² weeks", "-1 days", "1e400 days", "nan", "weeks",
                                   "9" * 400 + " days", float("nan"), float("inf"), -1, 10**30, "3 weeks 2"])
def test_what_is_no_time_is_refused_in_a_sentence(knowledge: Knowledge, wrong: object) -> None:
    with pytest.raises(BadAnswer) as told_:
        normal(knowledge.findings["onset.age"], wrong)
    assert len(str(told_.value)) < 200
