"""A signature stands for a card as it was, until its day; a source is due after its years; signing keeps all else."""

from __future__ import annotations

import datetime
import errno
import json
import os
from pathlib import Path

import pytest

from tests.conftest import RULES
from tests.helpers import small
from triage.cli import main
from triage.cli.commands.sign import text_with
from triage.knowledge import reader, signatures
from triage.model import Signature
from triage.support.errors import BadFile

DAY = datetime.date(2026, 11, 30)
LONG = "9999-01-01"
FLAG = "red_flags/hot_leg.yaml"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return small.write(tmp_path)


@pytest.fixture
def run(capsys, monkeypatch, rules):
    """Runs `triage` on the small rules -> code, stdout, stderr."""
    monkeypatch.setenv("TRIAGE_RULES", str(rules))

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(arguments))
        return (code, *capsys.readouterr())

    return call


def sign(rules: Path, card: str, until: str = "2028-11-30", **other: str) -> None:
    """A signature written by hand, with the right digest unless another is given."""
    said = {"by": "A. Name", "role": "podiatrist", "date": "2026-11-22", "until": until,
            "digest": reader.load(rules).digests.get(card, "0"), **other}
    with (rules / "reviews.yaml").open("a", encoding="utf-8") as file:
        file.write(f"{card}: {json.dumps(said)}\n")


def edit(rules: Path, name: str, old: str, new: str) -> None:
    path = rules / name
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def settings(rules: Path, read: str, again: str) -> None:
    """When the sources were read, and after how many years by kind; left out when empty. KIND: that of the book."""
    path = rules / "knowledge.yaml"
    again = again.replace("KIND", reader.load(rules).sources["book"].kind)
    kept = [line for line in path.read_text().splitlines() if not line.startswith(("sources_read:", "sources_again:"))]
    said = [f"{key}: {value}" for key, value in (("sources_read", read), ("sources_again", again)) if value]
    path.write_text("\n".join([*kept, *said]) + "\n")


def due(rules: Path, on: datetime.date = DAY) -> list[tuple[str, str]]:
    return [(name, code) for name, code, _ in signatures.due(reader.load(rules), on)]


def kind(rules: Path, card: str = "hot_leg", on: datetime.date = DAY) -> str:
    return signatures.state(reader.load(rules), card, on).kind


# --- what a signature stands for ---


def test_without_a_signature_no_clinician_has_reviewed_a_card(rules):
    assert kind(rules) == "none"
    assert signatures.state(reader.load(rules), "hot_leg", DAY).say == signatures.NOT_YET
    assert due(rules) == []


def test_a_signature_holds_until_its_day(rules):
    sign(rules, "hot_leg", until="2027-11-30")
    assert kind(rules, on=datetime.date(2027, 11, 30)) == "holds"
    assert due(rules, datetime.date(2027, 11, 30)) == []
    assert kind(rules, on=datetime.date(2027, 12, 1)) == "expired"
    assert due(rules, datetime.date(2027, 12, 1)) == [("hot_leg", "review-expired")]


@pytest.mark.parametrize(("card", "name", "old", "new"), [
    ("hot_leg", FLAG, "why: the skin is hot", "why: the skin is warm"),
    ("hot_leg", FLAG, "level: today", "level: ambulance_now"),
    ("no_press", "interlocks.yaml", "say: Do not press.", "say: Press softly."),
    ("pain.side", "findings/pain.yaml", "left: Left", "left: On the left"),
    ("source:book", "sources.yaml", "year: 2020", "year: 2021"),
    ("claim:S01", "article.yaml", "used_by: [sore_calf]", "used_by: [clot]"),
    ("stage:who", "interview.yaml", "Who is it?", "Who is this?"),
    ("settings:knowledge", "knowledge.yaml", "cap: 3.0", "cap: 4.0"),
])
def test_a_changed_card_loses_its_signature(rules, card, name, old, new):
    text = (rules / name).read_text()
    assert old in text
    sign(rules, card)
    assert kind(rules, card) == "holds"
    (rules / name).write_text(text.replace(old, new, 1))
    assert kind(rules, card) == "stale"
    assert due(rules) == [(card, "review-stale")]
    (rules / name).write_text(text)
    assert kind(rules, card) == "holds"


def test_a_card_that_changed_and_whose_day_is_over_is_told_once(rules):
    sign(rules, "hot_leg", until="2026-11-23")
    edit(rules, FLAG, "why: the skin is hot", "why: the skin is warm")
    assert due(rules) == [("hot_leg", "review-stale")]


def test_what_changes_nothing_of_a_card_leaves_its_signature(rules):
    """A comment, another line end, another card of the same file."""
    for card in ("hot_leg", "pain.side"):
        sign(rules, card)
    path = rules / FLAG
    path.write_bytes(b"# read anew\n" + path.read_bytes().replace(b"\n", b"\r\n"))
    edit(rules, "findings/pain.yaml", "Did you change socks?", "Did you change your socks?")
    assert [kind(rules, card) for card in ("hot_leg", "pain.side")] == ["holds", "holds"]


def test_the_order_of_lines_belongs_to_a_card(rules):
    """The first line of a red flag that fired says where to go."""
    sign(rules, "recent_calf")
    edit(rules, "derived/recent_calf.yaml", "{derived.recent: yes, pain.region: calf}",
         "{pain.region: calf, derived.recent: yes}")
    assert kind(rules, "recent_calf") == "stale"


def test_a_signature_for_no_card_is_told_with_a_guess_where_it_stands(rules):
    sign(rules, "hot_lge")
    knowledge = reader.load(rules)
    (name, code, sentence), = signatures.due(knowledge, DAY)
    assert code == "review-unknown"
    assert "'hot_leg'" in sentence
    assert knowledge.places[name].file == "rules/reviews.yaml"


def test_a_signature_changes_no_conclusion_and_not_the_digest_of_the_rules(rules):
    before = reader.load(rules)
    sign(rules, "hot_leg")
    after = reader.load(rules)
    assert list(after.reviews) == ["hot_leg"]
    assert (after.digest, after.digests, after.rules) == (before.digest, before.digests, before.rules)


@pytest.mark.parametrize(("old", "new"), [
    ('"date": "2026-11-22"', '"date": "22 November"'), ('"by": "A. Name", ', ""), ('"role"', '"roles"'),
    ('"until": "2028-11-30"', '"until": "2028-13-30"'),
])
def test_a_damaged_signature_is_a_fault_at_its_place_and_no_fault_of_the_card(rules, old, new):
    sign(rules, "hot_leg")
    edit(rules, "reviews.yaml", old, new)
    (fault,) = reader.read(rules)[1]
    assert (fault.file, fault.line) == ("rules/reviews.yaml", 1)


def test_the_shipped_file_has_no_signature_and_says_so():
    knowledge = reader.load(RULES)
    text = (RULES / "reviews.yaml").read_text()
    assert (knowledge.reviews == {}) == ("No clinician has signed anything yet." in text)


# --- sources ---


def test_a_source_is_due_after_its_years(rules):
    settings(rules, "2020-05-05", "{expert: 1, KIND: 3}")
    assert due(rules, datetime.date(2023, 5, 5)) == []
    assert due(rules, datetime.date(2023, 5, 6)) == [("source:book", "source-due")]


def test_a_day_of_its_own_is_stronger_than_that_of_all(rules):
    settings(rules, "2020-05-05", "{KIND: 3}")
    assert due(rules) == [("source:book", "source-due")]
    edit(rules, "sources.yaml", "  seen: full\n", "  seen: full\n  read: 2026-11-01\n")
    assert due(rules) == []
    assert due(rules, datetime.date(2029, 11, 2)) == [("source:book", "source-due")]


@pytest.mark.parametrize(("read", "again"), [("", "{KIND: 3}"), ("2020-05-05", "{expert: 3}")])
def test_a_source_without_a_day_or_years_is_told(rules, read, again):
    settings(rules, read, again)
    assert due(rules) == [("source:book", "source-undated")]


def test_rules_that_do_not_say_when_to_read_again_have_no_source_due(rules):
    settings(rules, "2020-05-05", "")
    assert due(rules, datetime.date(2999, 1, 1)) == []


def test_the_29th_of_february_falls_on_the_1st_of_march():
    assert signatures.later(datetime.date(2028, 2, 29), 2) == datetime.date(2030, 3, 1)
    assert signatures.later(datetime.date(2028, 2, 29), 4) == datetime.date(2032, 2, 29)


def test_every_shipped_source_has_its_day_and_none_is_due_before_2028(knowledge):
    days = [signatures.read_again(knowledge, source) for source in knowledge.sources.values()]
    assert len(days) > 100
    assert None not in days
    assert min(day for day in days if day) >= datetime.date(2028, 1, 1)
    assert list(signatures.due(knowledge, datetime.date(2028, 1, 1))) == []


# --- signing ---


@pytest.mark.parametrize(("asked", "card"), [
    ("hot_leg", "hot_leg"), ("hot_leg/pain.hot=yes", "hot_leg"), ("pain.side", "pain.side"), ("no_press", "no_press"),
    ("book", "source:book"), ("source:book", "source:book"), ("S01", "claim:S01"), ("who", "stage:who"),
    ("knowledge", "settings:knowledge"),
])
def test_every_card_can_be_signed_by_the_name_it_is_shown_by(run, rules, asked, card):
    code, out, _ = run("sign", asked, "--by", "A. Name", "--role", "podiatrist", "--until", LONG)
    assert code == 0
    assert card in out
    knowledge = reader.load(rules)
    assert list(knowledge.reviews) == [card]
    assert kind(rules, card) == "holds"
    assert knowledge.reviews[card].date == datetime.date.today()


def test_a_card_that_is_signed_is_shown_so(run, rules):
    assert signatures.NOT_YET in run("show", "hot_leg")[1]
    assert json.loads(run("show", "hot_leg", "--json")[1])["review"] == {"state": "none", "say": signatures.NOT_YET}
    run("sign", "hot_leg", "--by", "A. Name", "--role", "podiatrist", "--until", LONG)
    shown = run("show", "hot_leg")[1]
    assert all(part in shown for part in ("A. Name", "podiatrist", LONG))
    assert signatures.NOT_YET not in shown
    review = json.loads(run("show", "hot_leg", "--json")[1])["review"]
    assert (review["state"], review["by"], review["until"]) == ("holds", "A. Name", LONG)
    edit(rules, FLAG, "why: the skin is hot", "why: the skin is warm")
    assert signatures.NOT_YET in run("show", "hot_leg")[1]
    assert json.loads(run("show", "hot_leg", "--json")[1])["review"]["state"] == "stale"


def test_without_a_day_a_signature_holds_for_two_years(run, rules):
    run("sign", "hot_leg", "--by", "A", "--role", "B")
    signed = reader.load(rules).reviews["hot_leg"]
    assert signed.until == signatures.later(signed.date, 2)


def test_signing_keeps_the_other_signatures_and_the_comments(run, rules):
    path = rules / "reviews.yaml"
    path.write_text("# How it works.\n\n{}\n")
    for card in ("hot_leg", "clot", "book"):
        assert run("sign", card, "--by", "A. Name", "--role", "podiatrist", "--until", LONG)[0] == 0
    path.write_text(path.read_text().replace("clot: {", "# Read together.\nclot: {"))
    assert run("sign", "hot_leg", "--by", "B: \"Ø\" # no comment", "--role", "x, y", "--until", LONG)[0] == 0
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["# How it works.", ""]
    assert lines[3] == "# Read together."
    signed = reader.load(rules).reviews
    assert [(name, signed[name].by) for name in signed] == [
        ("hot_leg", 'B: "Ø" # no comment'), ("clot", "A. Name"), ("source:book", "A. Name")]


def test_a_signature_written_over_several_lines_is_replaced_whole(run, rules):
    path = rules / "reviews.yaml"
    path.write_text("clot:\n  by: A\n  role: B\n  date: 2026-11-22\n  until: 2027-11-22\n  digest: x\n\n# of the leg\n")
    sign(rules, "hot_leg", until=LONG)
    assert run("sign", "clot", "--by", "C", "--role", "D", "--until", LONG)[0] == 0
    signed = reader.load(rules).reviews
    assert {name: signature.by for name, signature in signed.items()} == {"clot": "C", "hot_leg": "A. Name"}
    assert "# of the leg" in path.read_text()


def test_what_replaces_an_earlier_signature_says_so(run):
    run("sign", "hot_leg", "--by", "First Name", "--role", "B", "--until", LONG)
    assert "First Name" in run("sign", "hot_leg", "--by", "Second Name", "--role", "B", "--until", LONG)[1]


def test_what_the_card_reads_and_nobody_signed_is_named(run):
    arguments = ("--by", "A", "--role", "B", "--until", LONG, "--json")
    assert json.loads(run("sign", "hot_leg", *arguments)[1])["unsigned"] == ["signs"]
    assert json.loads(run("sign", "press", *arguments)[1])["unsigned"] == ["no_press"]
    run("sign", "signs", *arguments)
    assert json.loads(run("sign", "hot_leg", *arguments)[1])["unsigned"] == []


@pytest.mark.parametrize(("arguments", "words"), [
    (["hot_lge", "--by", "A", "--role", "B"], "did you mean 'hot_leg'"),
    (["review:hot_leg", "--by", "A", "--role", "B"], "no card"),
    (["hot_leg", "--by", "  ", "--role", "B"], "--by"),
    (["hot_leg", "--by", "A", "--role", ""], "--role"),
    (["hot_leg", "--by", "A\x1b[2J", "--role", "B"], "\\x1b"),
    (["hot_leg", "--by", "A", "--role", "B", "--until", "2020-01-01"], "2020-01-01"),
])
def test_what_cannot_be_signed_is_told_and_nothing_is_written(run, rules, arguments, words):
    code, out, err = run("sign", *arguments)
    assert (code, out, err.count("\n")) == (65 if arguments[0] != "hot_leg" else 2, "", 1)
    assert words in err
    assert not (rules / "reviews.yaml").exists()


def test_a_day_that_is_none_is_told(run, capsys):
    with pytest.raises(SystemExit) as stopped:
        run("sign", "hot_leg", "--by", "A", "--role", "B", "--until", "30.11.2028")
    assert stopped.value.code == 2
    assert "30.11.2028" in capsys.readouterr().err


def test_a_file_written_in_another_way_is_left_as_it_is(rules):
    path = rules / "reviews.yaml"
    said = 'clot: {by: A, role: B, date: 2026-11-22, until: 2027-11-22, digest: x}'
    path.write_text("{" + said + "}\n")
    signature = Signature(id="hot_leg", by="A", role="B", date=DAY, until=DAY, digest="y")
    with pytest.raises(BadFile) as stopped:
        text_with(path, signature)
    assert stopped.value.faults[0].file == str(path)
    assert path.read_text() == "{" + said + "}\n"


def test_a_signature_that_cannot_be_written_is_one_sentence(run, rules, monkeypatch):
    def full(file):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = sorted(rules.iterdir())
    code, out, err = run("sign", "hot_leg", "--by", "A", "--role", "B")
    assert (code, out, err.count("\n")) == (73, "", 1)
    assert "reviews.yaml" in err
    assert sorted(rules.iterdir()) == before


def test_with_any_fault_in_the_rules_nothing_is_signed(run, rules):
    small.damage(rules, FLAG, "level: today", "level: §tody")
    assert run("sign", "clot", "--by", "A", "--role", "B")[0] == 65
    assert not (rules / "reviews.yaml").exists()
