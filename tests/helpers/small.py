"""A small, complete and faultless set of cards to damage: quick to read, and untouched by edits of the real ones."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import RULES

HERE = "§"
"""In the text of a damage: the fault is told at what follows."""

FILES = {
    "findings/pain.yaml": """\
about: Where it hurts
findings:
  age: {ask: How old are you?, term: age, kind: number, unit: years, lowest: 0, highest: 120, background: true}
  since: {ask: Since when does it hurt?, term: since, kind: duration}
  side:
    ask: Which side is it?
    term: side
    kind: one
    options: {left: Left, right: Right, no_side: Neither}
    unread: [left, right, no_side]
  region:
    ask: Where does it hurt?
    term: region
    kind: many
    options: {heel: Heel, calf: Calf}
    unread: [heel]
  site:
    ask: Show the place more closely.
    term: site
    kind: many
    within: pain.region
    options:
      heel_back: {label: Back of the heel, in: heel}
      calf_low: {label: Lower calf, in: calf}
    unread: [heel_back, calf_low]
  swollen:
    ask: Is the leg swollen?
    term: swollen
    line: One leg is swollen
    again: Look at both legs. Is one thicker?
    kind: yes_no
  hot:
    ask: Is the skin hot?
    term: hot
    line: Hot skin
    again: Lay a hand on both legs. Is one hotter?
    kind: yes_no
    part_of: pain.swollen
    ask_if: {pain.swollen: yes}
  pressed:
    ask: What did pressing do?
    term: pressed
    kind: one
    options: {my_pain: It brought on my pain, no_pain: Nothing}
  shoes:
    ask: Did you change shoes?
    term: shoes
    kind: yes_no
  socks:
    ask: Did you change socks?
    term: socks
    kind: yes_no
    unread: [yes]
  alarm:
    ask: How bad is it?
    term: alarm
    again: Sit still. How bad is it now?
    kind: one
    options: {worst: Nobody could bear it, bad: Bad, other: It is another trouble}
""",
    "derived/recent.yaml": """\
name: Began within the last 4 weeks
when: {pain.since: "<= 4 weeks"}
grade: inference
source: book
""",
    "derived/recent_calf.yaml": """\
name: A calf that began to hurt within the last 4 weeks
when:
  - {derived.recent: yes, pain.region: calf}
grade: inference
source: book
""",
    "scores/signs.yaml": """\
name: Signs that are counted
most: 3
grade: inference
source: book
items:
  - {id: swollen, when: {pain.swollen: yes}, points: 2, why: the leg is swollen}
  - {id: calf, when: {pain.region: calf}, points: 1, why: it hurts in the calf}
""",
    "conditions/sore_calf.yaml": """\
name: Sore calf
kind: benign
summary: A muscle has worked too much.
frequency:
  level: common
  grade: inference
  source: book
  more: [{when: {pain.age: ">= 60"}, level: very_common}]
zones: [calf_low]
for:
  - when: {pain.region: calf}
    strength: strong
    grade: inference
    why: it hurts in the calf
    source: book
  - when: {pain.pressed: my_pain, derived.recent: yes}
    strength: weak
    grade: inference
    why: pressing brings on your own pain
    source: book
  - when: [{pain.shoes: yes}, {pain.age: ">= 40"}]
    strength: weak
    grade: memory
    why: the load has changed
    source: book
against:
  - when: {pain.swollen: yes}
    strength: weak
    grade: inference
    why: a sore calf does not swell
    source: book
fits_well_if: [{pain.pressed: my_pain}]
fits_well_never: [{pain.alarm: bad}]
if_likely: {urgency: book, within_days: 14}
self_checks: [press]
care: [rest]
watch_for: [A swollen leg]
look_again: {days: 14, see_by_days: 42, say: Most calves calm down within weeks.}
""",
    "conditions/clot.yaml": """\
name: Clot in a leg vein
kind: danger
summary: A vein is closed by a clot.
frequency: {level: rare, grade: inference, source: book}
for:
  - when: {pain.swollen: yes}
    strength: strong
    grade: inference
    lr: 4.5
    why: the leg is swollen
    source: book
  - when: {pain.region: calf, pain.age: ">= 100"}
    strength: weak
    grade: inference
    why: it hurts in the calf, at a great age
    source: book
watch_for: [Short breath]
look_again: {days: 1, see_by_days: 1, say: Do not wait.}
""",
    "conditions/spur.yaml": """\
name: Heel spur
kind: explains
explains: sore_calf
summary: A spur says little.
source: book
""",
    "red_flags/clot_signs.yaml": """\
name: Signs of a clot
danger: a clot
rules:
  - when: {derived.recent: yes, pain.swollen: yes}
    level: today
    place: same_day_scan
    not_sure: lower
    grade: inference
    why: one leg is newly swollen
    source: book
""",
    "red_flags/hot_leg.yaml": """\
name: Hot leg
danger: an infection
rules:
  - when: {pain.hot: yes}
    level: today
    place: practice
    not_sure: again
    grade: inference
    why: the skin is hot
    source: book
  - when: {score.signs: ">= 3"}
    level: book
    within_days: 7
    place: practice
    not_sure: none
    grade: inference
    why: several signs come together
    source: book
care: [rest]
""",
    "red_flags/alarm.yaml": """\
name: Pain beyond bearing
danger: something that cannot wait
rules:
  - when: {pain.alarm: worst}
    level: ambulance_now
    place: ambulance
    not_sure: again
    grade: inference
    why: nobody could bear this pain
    source: book
  - when: {pain.alarm: bad}
    level: emergency_department_now
    place: emergency_department
    not_sure: again
    grade: inference
    why: the pain is bad
    source: book
  - when: {pain.alarm: other}
    level: redirect
    within_days: 3
    place: practice
    not_sure: none
    grade: inference
    why: it is another trouble
    source: book
""",
    "self_checks/press.yaml": """\
name: Press the calf
question: Does a spot bring on my pain?
minutes: 2
steps: [Sit down., Press slowly.]
stop: [Stop when it hurts.]
result: pain.pressed
means: {my_pain: A useful clue., no_pain: No clue.}
settles: [sore_calf]
blocked_by: [no_press]
who_must_not: [{when: {red_flag.hot_leg: yes}, say: Not on hot skin.}]
ask_before: [pain.since]
grade: inference
source: book
""",
    "care/rest.yaml": """\
name: Rest
for: a sore calf
steps: [Rest.]
safe_for_all: true
grade: inference
source: book
""",
    "interlocks.yaml": """\
no_press:
  name: No pressing
  say: Do not press.
  words: [press]
  flags: [clot_signs]
  rules:
    - {when: {condition.clot: [fits_well, possible]}, why: it may be a clot, grade: inference, source: book}
""",
    "sources.yaml": """\
book:
  cite: A book
  year: 2020
  kind: project
  seen: full
""",
    "article.yaml": "source: book\nclaims:\n" + "".join(f"""\
  S{number:02}:
    says: The soleus is a muscle
    verdict: supported
    used_by: [sore_calf]
    source: book
    grade: inference
""" for number in range(1, 68)),
    "interview.yaml": """\
stages:
  - id: who
    title: Who is it?
    ask: [pain.age]
  - id: screen
    title: Is there any of this?
    together: [pain.swollen, pain.hot]
    emergency: true
groups: []
""",
}


def write(folder: Path) -> Path:
    """The small cards in a folder `rules` inside this one, with the settings of the real ones."""
    rules = folder / "rules"
    for name, text in FILES.items():
        path = rules / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (rules / "knowledge.yaml").write_text(settings(), encoding="utf-8")
    return rules


ABOUT_OTHER_CARDS = ("history", "example", "not_for", "promises", "sources_read", "sources_again")
"""Keys of the real settings that name findings or sources which are not here."""


def settings() -> str:
    """The real settings without what they say of other cards, and an example of these."""
    text = (RULES / "knowledge.yaml").read_text(encoding="utf-8")
    keys = re.split(r"(?m)^(?=[a-z_]+:)", text)
    own = "example: {pain.region: [heel, calf], pain.side: left}\n"
    return "".join(key for key in keys if key.partition(":")[0] not in ABOUT_OTHER_CARDS) + own


SPOKEN = {
    "{left: Left, right: Right, no_side: Neither}": "also_said: {right: [right calf, right heel], left: [left calf]}",
    "{heel: Heel, calf: Calf}": "also_said: {calf: [calf], heel: [heel]}",
    "Look at both legs. Is one thicker?": "also_said: [swollen, swelling]",
    "Lay a hand on both legs. Is one hotter?": "also_said: [hot]",
}


_ALARM, _CLOT = FILES["findings/pain.yaml"], FILES["conditions/clot.yaml"]
ONLY_FOR_LINT = {
    "findings/pain.yaml": _ALARM[_ALARM.index("  alarm:"):],
    "red_flags/alarm.yaml": FILES["red_flags/alarm.yaml"],
    "conditions/clot.yaml": _CLOT[_CLOT.index("  - when: {pain.region"):_CLOT.index("watch_for")],
    "conditions/sore_calf.yaml": "fits_well_never: [{pain.alarm: bad}]\n",
}
"""What is there so that every level is given and each condition can be reached; talks do without."""


def write_spoken(folder: Path) -> Path:
    """The small cards with phrases for own words, and with an emergency: a hot leg."""
    rules = write(folder)
    for name, text in ONLY_FOR_LINT.items():
        edit(rules, name, text, "")
    edit(rules, "conditions/clot.yaml", "grade: inference\n    lr:", "grade: published\n    lr:")
    for old, new in SPOKEN.items():
        edit(rules, "findings/pain.yaml", old, f"{old}\n    {new}")
    today, now = "level: today\n    place: practice", "level: emergency_department_now\n    place: emergency_department"
    edit(rules, "red_flags/hot_leg.yaml", today, now)
    return rules


def edit(rules: Path, name: str, old: str, new: str) -> None:
    """Replace the one place where `old` stands; a card of which nothing is left is taken away."""
    path = rules / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    if not path.stat().st_size:
        path.unlink()


def damage(rules: Path, name: str, old: str, new: str) -> tuple[str, int, int]:
    """Replace the one place where `old` stands. Returns file, line and column of the mark `§` in `new`."""
    path = rules / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    return write_marked(rules, name, text.replace(old, new))


def told_at(rules: Path, name: str, old: str, new: str, at: str = "") -> tuple[str, int, int]:
    """Replace the one place where `old` stands. Returns file, line and column of what `at` names.

    `at`: a card, § for the mark in `new`, or @ and a text of the damaged file.
    """
    text = (rules / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    text = text.replace(old, new)
    if at.startswith("@"):
        text = text.replace(at[1:], HERE + at[1:], 1)
    if at[:1] in ("@", HERE):
        return write_marked(rules, name, text)
    (rules / name).write_text(text, encoding="utf-8")
    return place_of(rules, at) if at else (f"rules/{name}", 1, 1)


def place_of(rules: Path, card: str) -> tuple[str, int, int]:
    """Where a card begins: its file, or its key in a file of several."""
    room, _, rest = card.rpartition(":")
    if not room and (rules / card).is_file():
        return f"rules/{card}", 1, 1
    if not room and "." not in card:
        file = next((name for name in FILES if name.endswith(f"/{card}.yaml")), "interlocks.yaml")
        begin = "" if file != "interlocks.yaml" else f"{card}:\n"
    else:
        file, begin = {
            "stage": ("interview.yaml", f"  - id: {rest}\n"), "claim": ("article.yaml", f"  {rest}:\n"),
            "source": ("sources.yaml", f"{rest}:"), "settings": ("knowledge.yaml", ""),
            "": ("findings/pain.yaml", f"  {rest.partition('.')[2]}:"),
        }[room]
    text = (rules / file).read_text(encoding="utf-8")
    line = text[: text.index(begin)].count("\n") + 1
    return f"rules/{file}", line, len(begin) - len(begin.lstrip(" -")) + 1


def write_marked(rules: Path, name: str, text: str) -> tuple[str, int, int]:
    """Write a card with a mark `§` in it. Returns file, line and column of the mark."""
    before, mark, after = text.partition(HERE)
    assert mark, "mark the place of the fault"
    assert HERE not in after
    path = rules / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(before + after, encoding="utf-8")
    line = before.rpartition("\n")[2]
    return f"rules/{name}", before.count("\n") + 1, len(line) + 1
