"""A fault of a card is told with file, line, column and a guess; what is right becomes rules with lasting ids."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import msgspec
import pytest

from tests.conftest import RULES
from tests.helpers import small
from triage.knowledge import reader
from triage.knowledge.file_shapes import entry_of
from triage.knowledge.reader import RulesError
from triage.model import Fault
from triage.support import strict_yaml
from triage.support import text as words
from triage.verification import lint

FLAG = "red_flags/hot_leg.yaml"
CALF = "conditions/sore_calf.yaml"
PAIN = "findings/pain.yaml"
SHOES = "    ask: Did you change shoes?\n    term: shoes\n"
SOCKS = SHOES.replace("shoes", "socks")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return small.write(tmp_path)


def faults(rules: Path) -> list[Fault]:
    return reader.read(rules)[1]


def place(fault: Fault) -> tuple[str, int, int]:
    return fault.file, fault.line, fault.column


def guessed(fault: Fault) -> str:
    return fault.message.partition("did you mean '")[2].partition("'")[0]


def test_the_cards_to_be_damaged_have_no_fault(rules):
    assert faults(rules) == []


@pytest.mark.parametrize(("name", "old", "new", "code", "guess"), [
    # what a `when` reads
    (FLAG, "{pain.hot: yes}", "{§pain.hott: yes}", "unknown-finding", "pain.hot"),
    (FLAG, "{pain.hot: yes}", "{§body.mass: yes}", "unknown-finding", ""),
    (FLAG, "{pain.hot: yes}", "{pain.hot: yes, §derived.recnt: yes}", "unknown-finding", "recent"),
    (FLAG, "score.signs", "§score.sings", "unknown-finding", "signs"),
    (FLAG, "pain.hot: yes", "§red_flag.clot_signs: yes", "not-readable-here", ""),
    (CALF, "{pain.shoes: yes}", "{§condition.clot: possible}", "not-readable-here", ""),
    ("interlocks.yaml", "condition.clot", "§condition.clott", "unknown-finding", "clot"),
    ("self_checks/press.yaml", "red_flag.hot_leg", "§red_flag.hot_legs", "unknown-finding", "hot_leg"),
    (PAIN, "{pain.swollen: yes}", "{§pain.swolen: yes}", "unknown-finding", "pain.swollen"),
    # its answers
    (FLAG, "pain.hot: yes", "pain.hot: §yess", "unknown-option", "yes"),
    (FLAG, "pain.hot: yes", "pain.hot: §not_sure", "unknown-option", ""),
    (CALF, "when: {pain.region: calf}", "when: {pain.region: §cafl}", "unknown-option", "calf"),
    (CALF, "when: {pain.region: calf}", "when: {pain.region: [calf, §heal]}", "unknown-option", "heel"),
    (CALF, "when: {pain.region: calf}", "when: {pain.region: §none}", "unknown-option", ""),
    (CALF, "when: {pain.region: calf}", "when: {pain.region: {none_of: [calf, §heal]}}", "unknown-option", "heel"),
    (CALF, "derived.recent: yes", "derived.recent: §no", "unknown-option", ""),
    (CALF, "when: {pain.region: calf}", "when: {pain.region: §'>= 3'}", "unknown-option", ""),
    (CALF, "when: {pain.region: calf}", "when: {pain.region: §3}", "unknown-option", ""),
    ("interlocks.yaml", "[fits_well, possible]", "[fits_well, §posible]", "unknown-option", "possible"),
    (PAIN, "{pain.swollen: yes}", "{pain.swollen: §yse}", "unknown-option", "yes"),
    # its comparisons
    (CALF, 'pain.age: ">= 40"', "pain.age: §40", "comparison", ""),
    (CALF, 'pain.age: ">= 40"', "pain.age: §'>= forty'", "comparison", ""),
    (CALF, 'pain.age: ">= 40"', "pain.age: §'>= nan'", "comparison", ""),
    (CALF, 'pain.age: ">= 40"', "pain.age: §'=> 40'", "comparison", ""),
    (CALF, 'pain.age: ">= 40"', "pain.age: §['40', '41']", "comparison", ""),
    (CALF, 'pain.age: ">= 40"', "pain.age: §{none_of: ['40']}", "comparison", ""),
    (CALF, 'pain.age: ">= 40"', "pain.age: §'>= 4 weeks'", "comparison", ""),
    ("derived/recent.yaml", '"<= 4 weeks"', "§'<= 4'", "comparison", ""),
    ("derived/recent.yaml", '"<= 4 weeks"', "§'<= 4 fortnights'", "comparison", ""),
    ("derived/recent.yaml", '"<= 4 weeks"', "§4 weeks", "comparison", ""),
    (FLAG, '{score.signs: ">= 3"}', "{score.signs: §yes}", "comparison", ""),
    # its shape
    (FLAG, "{pain.hot: yes}", "§{}", "empty-when", ""),
    (FLAG, "{pain.hot: yes}", "[{pain.hot: yes}, §{}]", "empty-when", ""),
    (CALF, "when: {pain.region: calf}", "when: {pain.region: §[]}", "shape", ""),
    (CALF, "when: {pain.region: calf}", "when: {pain.region: {none_of: §[]}}", "shape", ""),
    (CALF, "when: {pain.region: calf}", "when: {pain.region: §{not: [calf]}}", "shape", ""),
    (CALF, "when: {pain.region: calf}", "when: {pain.region: §{none_of: [calf], any: [heel]}}", "shape", ""),
    (CALF, "when: {pain.region: calf}", "when: §pain.region", "shape", ""),
    # keys and types
    (FLAG, "not_sure: again\n", "not_sure: again\n    §notsure: again\n", "unknown-key", "not_sure"),
    (FLAG, "care: [rest]", "§cares: [rest]", "unknown-key", "care"),
    (FLAG, "care: [rest]", "care: [rest]\n§colour: red", "unknown-key", ""),
    (FLAG, "care: [rest]", "care: [rest]\n§id: hot_leg", "unknown-key", ""),
    (CALF, "look_again: {days: 14,", "look_again: {§day: 3, days: 14,", "unknown-key", "days"),
    (PAIN, "{ask: How old are you?, term", "{§asks: How old are you?, term", "unknown-key", "ask"),
    ("interview.yaml", "groups: []", "groups: []\n§stage: []", "unknown-key", "stages"),
    ("interview.yaml", "groups: []\n", "groups: §none\n", "shape", ""),
    ("article.yaml", "claims:\n", "§claim: {}\nclaims:\n", "unknown-key", "claims"),
    (FLAG, "name: Hot leg\n", "§", "shape", ""),
    (FLAG, "- when: {pain.hot: yes}\n    level: today\n", "- §when: {pain.hot: yes}\n", "shape", ""),
    (FLAG, "place: practice\n    not_sure: again", "place: §[practice]\n    not_sure: again", "shape", ""),
    (FLAG, "within_days: 7", "within_days: §soon", "shape", ""),
    (FLAG, "within_days: 7", "within_days: §7.5", "shape", ""),
    (FLAG, "why: the skin is hot", "why:§", "shape", ""),
    (FLAG, "why: the skin is hot", "why: §true", "shape", ""),
    (FLAG, "care: [rest]", "care: §rest", "shape", ""),
    (FLAG, "care: [rest]", "care: [rest, §{}]", "shape", ""),
    ("care/rest.yaml", "safe_for_all: true", "safe_for_all: §yes", "shape", ""),
    (PAIN, f"  shoes:\n{SHOES}    kind: yes_no\n", "  shoes: §yes\n", "shape", ""),
    ("sources.yaml", "year: 2020", "year: §recent", "shape", ""),
    ("interview.yaml", "title: Who is it?", "title: §[Who]", "shape", ""),
    # words of a fixed list
    (FLAG, "level: today", "level: §tody", "shape", "today"),
    (FLAG, "not_sure: again", "not_sure: §agian", "shape", "again"),
    (CALF, "kind: benign", "kind: §beningn", "shape", "benign"),
    (CALF, "strength: strong", "strength: §strnog", "shape", "strong"),
    (CALF, "level: common", "level: §comon", "shape", "common"),
    (CALF, "grade: memory", "grade: §vague", "shape", ""),
    (PAIN, f"{SHOES}    kind: yes_no", f"{SHOES}    kind: §yesno", "shape", "yes_no"),
    ("sources.yaml", "seen: full", "seen: §ful", "shape", "full"),
    # what cards name
    (FLAG, "the skin is hot\n    source: book", "the skin is hot\n    source: §boook", "unknown-source", "book"),
    (CALF, "level: common\n  grade: inference\n  source: book", "level: common\n  grade: inference\n  source: §x",
     "unknown-source", ""),
    ("care/rest.yaml", "source: book", "source: §bok", "unknown-source", "book"),
    ("derived/recent.yaml", "source: book", "source: §bok", "unknown-source", "book"),
    ("scores/signs.yaml", "source: book", "source: §bok", "unknown-source", "book"),
    ("interlocks.yaml", "source: book}", "source: §bok}", "unknown-source", "book"),
    (FLAG, "place: practice\n    not_sure: again", "place: §practise\n    not_sure: again",
     "unknown-place", "practice"),
    (FLAG, "care: [rest]", "care: [rest, §resst]", "unknown-id", "rest"),
    (CALF, "self_checks: [press]", "self_checks: [§pres]", "unknown-id", "press"),
    ("self_checks/press.yaml", "blocked_by: [no_press]", "blocked_by: [§no_pres]", "unknown-id", "no_press"),
    ("self_checks/press.yaml", "result: pain.pressed", "result: §pain.presed", "unknown-finding", "pain.pressed"),
    ("self_checks/press.yaml", "[pain.since]", "[pain.age, §pain.sinc]", "unknown-finding", "pain.since"),
    ("interlocks.yaml", "[clot_signs]", "[clot_signs, §clot_sign]", "unknown-id", "clot_signs"),
    # findings
    (PAIN, "{left: Left, right: Right, no_side: Neither}", "{left: Left, §Right: Right}", "bad-id", ""),
    (PAIN, "{left: Left, right: Right, no_side: Neither}", "{left: Left, §none: None}", "bad-id", ""),
    (PAIN, "{left: Left, right: Right, no_side: Neither}", "{left: Left, §not_sure: Unsure}", "bad-id", ""),
    (PAIN, "{left: Left, right: Right, no_side: Neither}", "{left: Left, §2nd: Second}", "bad-id", ""),
    (PAIN, "  socks:\n", "  §Socks:\n", "bad-id", ""),
    (PAIN, f"{SHOES}    kind: yes_no", f"    §{SHOES.lstrip()}    kind: yes_no\n    options: {{one: One}}",
     "options", ""),
    (PAIN, f"{SOCKS}    kind: yes_no", f"    §{SOCKS.lstrip()}    kind: one", "options", ""),
    (PAIN, "{ask: How old are you?, term: age, kind: number, unit: years,",
     "§{ask: How old are you?, term: age, kind: number,", "unit", ""),
    # days
    (FLAG, "level: book\n    within_days: 7\n", "level: §book\n", "within-days", ""),
    (FLAG, "level: book\n    within_days: 7\n", "level: §today\n    within_days: 7\n", "within-days", ""),
    (FLAG, "level: book\n    within_days: 7\n", "level: §redirect\n", "within-days", ""),
    (FLAG, "level: book\n    within_days: 7\n", "level: §book\n    within_days: -7\n", "within-days", ""),
    # the same again
    (CALF, '{pain.age: ">= 40"}', "§{pain.shoes: yes}", "duplicate-rule", ""),
    (CALF, '[{pain.shoes: yes}, {pain.age: ">= 40"}]', "§{pain.region: calf}", "duplicate-rule", ""),
    (FLAG, "care: [rest]", "care: [rest, §rest]", "duplicate-rule", ""),
    ("interlocks.yaml", "[clot_signs]", "[clot_signs, §clot_signs]", "duplicate-rule", ""),
    (FLAG, "care: [rest]", "care: [rest]\n§care: [rest]", "duplicate-key", ""),
    # the settings
    ("knowledge.yaml", "version: 1.0.0\n", "§", "shape", ""),
    ("knowledge.yaml", "{decisive: 2.3, strong", "§{strong", "shape", ""),
    ("knowledge.yaml", "{decisive: 2.3, strong: 1.6", "§{decisive: 2.3", "shape", ""),
    ("knowledge.yaml", "{very_common: 0.0, common", "§{common", "shape", ""),
    ("knowledge.yaml", "  ambulance_now:\n    name", "  §ambulance:\n    name", "shape", ""),
])
def test_one_damage_is_told_at_its_place_with_a_guess(rules, name, old, new, code, guess):
    wanted = small.damage(rules, name, old, new)
    (fault,) = faults(rules)
    assert (fault.code, place(fault), guessed(fault)) == (code, wanted, guess)
    assert "`" not in fault.message  # what the library calls its types stays inside
    assert not fault.message.endswith(".")


def test_a_level_without_words_is_told_where_the_levels_begin(rules):
    small.damage(rules, "knowledge.yaml", "  self_care:\n    name", "  selfcare:§\n    name")
    (fault,) = faults(rules)
    line = 1 + next(i for i, text in enumerate((rules / "knowledge.yaml").read_text().splitlines(), 1)
                    if text == "levels:")
    assert (fault.code, place(fault)) == ("shape", ("rules/knowledge.yaml", line, 3))
    assert "'self_care'" in fault.message


@pytest.mark.parametrize(("name", "text", "code", "guess"), [
    ("red_flag/hot.yaml", "§name: Hot\n", "stray-file", "red_flags"),
    ("hot.yaml", "§name: Hot\n", "stray-file", ""),
    ("knowlege.yaml", "# a comment\n§version: 1\n", "stray-file", ""),
    ("conditions/Sore-Calf.yaml", "§name: X\nkind: danger\nsummary: X\n", "bad-id", ""),
    ("conditions/more/calf.yaml", "§name: X\nkind: danger\nsummary: X\n", "bad-id", ""),
    ("findings/Body.yaml", "§about: X\nfindings: {}\n", "bad-id", ""),
    ("conditions/list.yaml", "§- name: X\n", "shape", ""),
    ("findings/list.yaml", "§- name: X\n", "shape", ""),
    ("conditions/word.yaml", "§X\n", "shape", ""),
    ("findings/body.yaml", "about: X\nfindings: §[a, b]\n", "shape", ""),
    ("red_flags/empty.yaml", "§# nothing yet\n", "empty-file", ""),
    ("red_flags/broken.yaml", "name: [a\ndanger§: b\n", "unclosed", ""),
    ("conditions/hot_leg.yaml", "§name: X\nkind: danger\nsummary: X\n", "duplicate-id", ""),
    ("self_checks/rest.yaml", "§" + small.FILES["self_checks/press.yaml"], "duplicate-id", ""),
    ("derived/no_press.yaml", "§" + small.FILES["derived/recent.yaml"], "duplicate-id", ""),
])
def test_a_card_that_may_not_stand_here_is_told(rules, name, text, code, guess):
    wanted = small.write_marked(rules, name, text)
    told = [fault for fault in faults(rules) if fault.code == code]
    assert len(told) == 1
    if code != "duplicate-id":
        assert place(told[0]) == wanted
    assert guessed(told[0]) == guess


def test_of_two_cards_with_one_id_the_second_is_told_and_names_the_first(rules):
    wanted = small.write_marked(rules, "scores/clot.yaml", "§" + small.FILES["scores/signs.yaml"])
    (fault,) = faults(rules)
    assert (fault.code, place(fault)) == ("duplicate-id", wanted)
    assert "rules/conditions/clot.yaml" in fault.message


def test_an_interlock_with_the_id_of_a_card_is_told_at_its_key(rules):
    text = small.FILES["interlocks.yaml"] + "§clot:\n  name: X\n  say: X\n"
    wanted = small.write_marked(rules, "interlocks.yaml", text)
    (fault,) = faults(rules)
    assert (fault.code, place(fault)) == ("duplicate-id", wanted)


def test_an_interlock_needs_an_id_like_every_card(rules):
    text = small.FILES["interlocks.yaml"] + "§No-Load:\n  name: X\n  say: X\n"
    wanted = small.write_marked(rules, "interlocks.yaml", text)
    (fault,) = faults(rules)
    assert (fault.code, place(fault)) == ("bad-id", wanted)


def test_two_topics_with_a_finding_of_one_name_are_two_findings(rules):
    (rules / "findings/leg.yaml").write_text("about: X\nfindings:\n  hot: {ask: Hot?, kind: yes_no}\n")
    knowledge, told = reader.read(rules)
    assert told == []
    assert {"pain.hot", "leg.hot"} <= set(knowledge.findings)


@pytest.mark.parametrize(("first", "second"), [("recent_calf", "recent_calf"), ("recent", "recent_calf")])
def test_what_depends_on_itself_is_told_at_every_card_of_the_circle(rules, first, second):
    text = small.FILES["derived/recent.yaml"].replace('pain.since: "<= 4 weeks"', f"derived.{second}: yes")
    (rules / "derived" / f"{first}.yaml").write_text(text)
    told = faults(rules)
    assert {(f.code, f.file) for f in told} == {("circle", f"rules/derived/{name}.yaml") for name in (first, second)}


def test_derived_findings_are_concluded_in_order_of_depth(rules):
    assert reader.load(rules).depths == (("recent",), ("recent_calf",))


def test_a_file_named_yml_is_told_because_nobody_reads_it(rules):
    (rules / "conditions/other.yml").write_text("name: X\n")
    (fault,) = faults(rules)
    assert (fault.code, fault.file) == ("file-name", "rules/conditions/other.yml")


def test_other_files_beside_the_cards_are_nobodys_concern(rules):
    (rules / "README.md").write_text("# Cards\n")
    (rules / "schema").mkdir()
    (rules / "schema/care.schema.json").write_text("{}")
    assert faults(rules) == []


@pytest.mark.parametrize("name", ["knowledge.yaml", "interview.yaml", "sources.yaml"])
def test_a_missing_file_that_everything_needs_is_told(rules, name):
    (rules / name).unlink()
    assert ("missing-file", f"rules/{name}") in {(f.code, f.file) for f in faults(rules)}
    with pytest.raises(RulesError):
        reader.load(rules)


@pytest.mark.parametrize(("name", "old", "new"), [
    (FLAG, "level: today", "level: §tody"),
    (FLAG, "care: [rest]", "care: §[rest"),
    (PAIN, "ask: Is the leg swollen?", "§aks: Is the leg swollen?"),
    (PAIN, "about: Where it hurts\n", "§"),
    (PAIN, "kind: yes_no\n    part_of", "kind§: a: b\n    part_of"),
    ("derived/recent.yaml", "grade: inference", "grade: §guess"),
    ("care/rest.yaml", "steps: [Rest.]\n", "steps: §Rest.\n"),
    ("interlocks.yaml", "say: Do not press.", "says§: Do not press."),
    ("interlocks.yaml", "no_press:", "no_press: §["),
    ("sources.yaml", "year: 2020", "year: §recent"),
    ("sources.yaml", "year: 2020", "year: §["),
])
def test_who_names_a_card_that_cannot_be_read_has_no_fault(rules, name, old, new):
    small.damage(rules, name, old, new)
    assert {f.file for f in faults(rules)} == {f"rules/{name}"}
    assert {f.file for f in lint.faults(rules)} == {f"rules/{name}"}


def test_without_settings_the_faults_of_the_cards_are_told_all_the_same(rules):
    (rules / "knowledge.yaml").unlink()
    small.damage(rules, FLAG, "level: today", "level: §tody")
    assert {f.code for f in faults(rules)} == {"missing-file", "shape"}


def test_an_empty_folder_is_told(tmp_path):
    knowledge, told = reader.read(tmp_path)
    assert knowledge is None
    assert {f.code for f in told} == {"missing-file"}


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_what_is_no_folder_is_told(tmp_path, kind):
    folder = tmp_path / "rules"
    if kind == "file":
        folder.write_text("name: X\n")
    knowledge, told = reader.read(folder)
    assert knowledge is None
    assert [(f.code, f.file) for f in told] == [("no-rules", str(folder))]


def test_a_folder_named_like_a_card_is_told(rules):
    (rules / "conditions/odd.yaml").mkdir()
    (fault,) = faults(rules)
    assert (fault.code, fault.file) == ("unreadable", "rules/conditions/odd.yaml")


def test_the_folder_where_one_stands_is_named_like_any_other(rules, monkeypatch):
    monkeypatch.chdir(rules)
    (rules / "notes.yaml").write_text("a: 1\n")
    assert [f.file for f in faults(Path())] == ["rules/notes.yaml"]


def test_all_faults_are_told_at_once_in_the_order_of_files_and_lines_and_load_names_the_first(rules):
    wanted = [
        small.damage(rules, CALF, "{pain.shoes: yes}", "{§pain.shoe: yes}"),
        small.damage(rules, FLAG, "pain.hot: yes", "pain.hot: §yess"),
        small.damage(rules, FLAG, "score.signs", "§score.sings"),
        small.damage(rules, "self_checks/press.yaml", "source: book", "source: §bok"),
    ]
    told = faults(rules)
    assert [place(f) for f in told] == wanted
    with pytest.raises(RulesError) as caught:
        reader.load(rules)
    assert caught.value.faults == told
    assert str(caught.value) == str(told[0])
    assert str(told[0]).startswith(":".join(map(str, wanted[0])))


def test_a_fault_of_the_shipped_cards_is_told_alone(tmp_path):
    """The small cards stand for the real ones; this says that they do."""
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    assert faults(rules) == []
    (rules / "conditions/clot_signs.yaml").write_text("name: X\nkind: danger\nsummary: X\n")
    (fault,) = faults(rules)
    assert (fault.code, place(fault)) == ("duplicate-id", ("rules/red_flags/clot_signs.yaml", 1, 1))
    assert "rules/conditions/clot_signs.yaml" in fault.message


def test_the_id_of_a_rule_says_card_and_what_must_hold(rules):
    ids = {rule.id for rule in reader.load(rules).rules}
    assert {
        "recent/pain.since<=28", "signs/swollen/pain.swollen=yes", "sore_calf/pain.region=calf",
        "sore_calf/pain.pressed=my_pain&derived.recent=yes", "sore_calf/pain.age>=40",
        "sore_calf/frequency/pain.age>=60", "sore_calf/fits_well_if/pain.pressed=my_pain",
        "clot_signs/derived.recent=yes&pain.swollen=yes", "clot_signs/derived.recent=yes&pain.swollen=yes~not_sure",
        "no_press/red_flag.clot_signs=yes", "no_press/condition.clot=fits_well|possible",
        "press/must_not/red_flag.hot_leg=yes", "press/offer/condition.sore_calf=fits_well|possible",
        "rest/offer/red_flag.hot_leg=yes",
    } <= ids


def test_no_two_rules_share_a_key(knowledge):
    keys = [rule.key for rule in knowledge.rules]
    assert len(keys) == len(set(keys))


def test_ids_of_rules_do_not_change_when_lines_of_a_card_change_places(rules):
    before = {rule.key for rule in reader.load(rules).rules}
    for name, mark in ((CALF, "  - when:"), (FLAG, "  - when:"), ("scores/signs.yaml", "  - {id:")):
        text = small.FILES[name]
        head, *lines = text.split(mark)
        if name == CALF:  # `for` only: its last line holds what follows
            head, *lines = text.partition("against:")[0].split(mark)
            tail = "against:" + text.partition("against:")[2]
        elif name == FLAG:
            tail, lines[-1] = "care: [rest]\n", lines[-1].removesuffix("care: [rest]\n")
        else:
            tail = ""
        assert len(lines) > 1
        (rules / name).write_text(head + "".join(mark + line for line in reversed(lines)) + tail)
    assert {rule.key for rule in reader.load(rules).rules} == before


def test_comments_and_blank_lines_change_no_rule(rules):
    before = reader.load(rules).rules
    (rules / CALF).write_text("# A comment\n\n" + small.FILES[CALF].replace("\nfor:", "\n\n# For\nfor:"))
    assert reader.load(rules).rules == before


def test_a_published_figure_never_counts_for_more_than_its_strength(rules):
    weights = {rule.id: rule.weight for rule in reader.load(rules).rules}
    strong = reader.load(rules).settings.weights.strength["strong"]
    assert weights["clot/pain.swollen=yes"] == min(strong, 1.5041)
    small.damage(rules, "conditions/clot.yaml", "lr: 4.5", "lr: §45")
    assert {r.id: r.weight for r in reader.load(rules).rules}["clot/pain.swollen=yes"] == pytest.approx(strong)
    small.damage(rules, "conditions/clot.yaml", "lr: 45", "lr: §1.5")
    assert {r.id: r.weight for r in reader.load(rules).rules}["clot/pain.swollen=yes"] == 0.4055


@pytest.mark.parametrize("name", sorted(small.FILES))
def test_the_digest_changes_with_any_byte_of_any_card(rules, name):
    before = reader.load(rules).digest
    path = rules / name
    path.write_bytes(path.read_bytes() + b"#")
    assert reader.load(rules).digest != before


def test_the_digest_changes_with_the_name_of_a_card(rules):
    before = reader.load(rules).digest
    (rules / "conditions/spur.yaml").rename(rules / "conditions/spurs.yaml")
    assert reader.load(rules).digest != before


def test_the_digest_does_not_depend_on_the_order_or_place_of_reading(rules, tmp_path, monkeypatch):
    before = reader.load(rules)
    moved = tmp_path / "elsewhere"
    shutil.copytree(rules, moved)
    listed = Path.rglob

    def shuffled(self: Path, pattern: str) -> list[Path]:
        found = sorted(listed(self, pattern))
        random.Random(7).shuffle(found)
        return found

    monkeypatch.setattr(Path, "rglob", shuffled)
    after = reader.load(moved)
    assert after.digest == before.digest
    assert after.rules == before.rules
    assert list(after.findings) == list(before.findings)


def test_the_rules_named_in_the_environment_are_used(rules, monkeypatch):
    monkeypatch.setenv("TRIAGE_RULES", str(rules))
    assert reader.rules_folder() == rules
    assert set(reader.load().conditions) == {"sore_calf", "clot", "spur"}


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_name_in_the_environment_the_rules_that_came_with_it_are_used(monkeypatch, value):
    if value is None:
        monkeypatch.delenv("TRIAGE_RULES", raising=False)
    else:
        monkeypatch.setenv("TRIAGE_RULES", value)
    assert reader.rules_folder() == RULES


@pytest.mark.parametrize(("text", "found"), [
    ("36 hours", 1.5), ("1 day", 1.0), ("3 days", 3.0), ("2 weeks", 14.0), ("1.5 weeks", 10.5), ("2 months", 60.0),
    ("1 year", 365.0), (" 3 Weeks ", 21.0), ("3weeks", 21.0),
    ("3", None), ("weeks", None), ("-3 days", None), ("3 fortnights", None), ("", None), ("3 days ago", None),
])
def test_times_are_counted_in_days(text, found):
    assert words.days(text) == found


@pytest.mark.parametrize(("written", "texts"), [
    ("{pain.swollen: yes}", [["pain.swollen=yes"]]),
    ('{pain.region: [calf, heel], pain.since: ">= 2 weeks"}', [["pain.region=heel|calf", "pain.since>=14"]]),
    ('[{pain.region: {none_of: [calf]}}, {pain.age: "< 5"}]', [["pain.region!=calf"], ["pain.age<5"]]),
    ("[]", []),
])
def test_an_ask_if_is_read_as_criteria_and_can_be_written_again(rules, written, texts):
    card = (rules / PAIN).read_text()
    (rules / PAIN).write_text(card.replace("ask_if: {pain.swollen: yes}", f"ask_if: {written}"))
    findings = reader.load(rules).findings
    asked = findings["pain.hot"]
    assert [[criterion.text for criterion in group] for group in asked.ask_if] == texts
    again = json.dumps(entry_of(findings, asked).ask_if)
    (rules / PAIN).write_text(card.replace("ask_if: {pain.swollen: yes}", f"ask_if: {again}"))
    assert reader.load(rules).findings == findings


def test_an_option_is_written_again_as_it_was(rules):
    findings = reader.load(rules).findings
    written = strict_yaml.read((rules / PAIN).read_text())[0]["findings"]
    for name in ("side", "site"):
        entry = msgspec.to_builtins(entry_of(findings, findings[f"pain.{name}"]))
        assert {o: v if isinstance(v, str) else {k: w for k, w in v.items() if w} for o, v in entry["options"].items()
                } == written[name]["options"]
