"""A plain second evaluator of the rules, for comparison only. Reads the YAML by itself; shares no code with triage.

It walks over the cards with loops and dictionaries. Slow, short, and written from rules/README.md alone.
"""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DAY = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
LOWER = {"ambulance_now": "emergency_department_now", "emergency_department_now": "today", "today": "book"}
RANK = {"ambulance_now": 5, "emergency_department_now": 4, "today": 3, "book": 2, "redirect": 2}


@cache
def load(folder: Path) -> dict[str, Any]:
    """All cards as plain mappings of strings."""
    def one(path: Path) -> Any:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))

    rules: dict[str, Any] = {
        name: {p.stem: one(p) for p in sorted((folder / name).glob("*.yaml"))}
        for name in ("derived", "scores", "conditions", "red_flags", "self_checks", "care")
    }
    rules["findings"] = {
        f"{p.stem}.{name}": card
        for p in sorted((folder / "findings").glob("*.yaml")) for name, card in one(p)["findings"].items()
    }
    rules["interlocks"] = one(folder / "interlocks.yaml")
    rules["weights"] = one(folder / "knowledge.yaml")["weights"]
    return rules


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def meets(want: Any, got: Any) -> bool:
    """Does an answer meet what a `when` wants? None and not_sure never do."""
    if got is None or got == "not_sure":
        return False
    chosen = set(got) if isinstance(got, tuple) else {got}
    if isinstance(want, dict):
        return not chosen & set(want["none_of"])
    if isinstance(want, list):
        return bool(chosen & set(want))
    op, bound = comparison(want)
    if not op:
        return want in chosen
    if not isinstance(got, float):
        return False
    return {">=": got >= bound, "<=": got <= bound, ">": got > bound, "<": got < bound, "==": got == bound}[op]


@cache
def comparison(want: str) -> tuple[str, float]:
    """The comparison that a `when` asks for, times in days; no operator for a plain word."""
    found = re.match(r"(>=|<=|==|>|<)\s*([0-9.]+)\s*([a-z]*)$", want)
    return (found[1], float(found[2]) * DAY.get(found[3].rstrip("s"), 1)) if found else ("", 0.0)


def implied(rules: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """Answers and what they imply: follow-ups of a no, parents of a yes, regions of a place."""
    findings = rules["findings"]
    out = {k: v for k, v in answers.items() if k in findings}
    for name, value in out.items():
        if value == "none" and findings[name].get("none_is"):
            out[name] = findings[name]["none_is"]
    for name, value in answers.items():
        first = name.removesuffix("_again")
        if name not in findings and out.get(first, "not_sure") == "not_sure":
            out[first] = value
    before = -1
    while before < (before := len(out)):  # until nothing new follows
        for name, card in findings.items():
            if name in out and ("part_of" in card or "within" in card):
                parents = listed(card.get("part_of", []))
                nothing = ("no", "none", "not_sure", (), card.get("none_is"))
                if len(parents) == 1 and parents[0] not in out and out[name] not in nothing:
                    out[parents[0]] = "yes"
                within = card.get("within")
                if within and within not in out and out[name] not in ("not_sure", ()):
                    out[within] = tuple({card["options"][o]["in"] for o in out[name]})
    before = -1
    while before < (before := len(out)):
        for name, card in findings.items():
            parents = listed(card.get("part_of", []))
            if parents and name not in out and all(out.get(p) == "no" for p in parents):
                empty = {"yes_no": "no", "one": card.get("none_is", "none"), "many": ()}
                if card["kind"] in empty:
                    out[name] = empty[card["kind"]]
    return out


class Conclusion:
    """Everything the rules say of these answers."""

    def __init__(self, rules: dict[str, Any], answers: dict[str, Any]) -> None:
        self.rules = rules
        self.facts = implied(rules, answers)
        self.derived: dict[str, str] = {}
        before = None
        while before != self.derived:  # until nothing new follows
            before = dict(self.derived)
            for name, card in rules["derived"].items():
                value = self._derive(card)
                if value:
                    self.derived[name] = value
            self.facts |= {f"derived.{k}": v for k, v in self.derived.items()}
        self.scores: dict[str, float] = {}
        for name, card in rules["scores"].items():
            points = [float(i["points"]) for i in card["items"] if self.any(i["when"])]
            if points:
                self.scores[name] = sum(points)
        self.facts |= {f"score.{k}": v for k, v in self.scores.items()}
        self.flags = {name: top for name, card in rules["red_flags"].items() if (top := self._flag(card))}
        self.weights, self.bands = self._rank()
        self.facts |= {f"red_flag.{k}": "yes" for k in self.flags}
        self.facts |= {f"condition.{k}": v for k, v in self.bands.items() if v != "unlikely"}
        self.locks = {
            name for name, card in rules["interlocks"].items()
            if any(f in self.flags for f in card.get("flags", []))
            or any(self._perhaps(m) for line in card.get("rules", []) for m in listed(line["when"]))
        }
        self.must_not = {
            name for shelf in ("self_checks", "care") for name, card in rules[shelf].items()
            if any(self._perhaps(m) for line in card.get("who_must_not", []) for m in listed(line["when"]))
        }

    def all(self, mapping: dict[str, Any]) -> bool:
        for name, want in mapping.items():  # noqa: SIM110 - all(...) takes twice as long
            if not meets(want, self.facts.get(name)):
                return False
        return True

    def any(self, when: Any) -> bool:
        return any(self.all(mapping) for mapping in listed(when))

    def _perhaps(self, mapping: dict[str, Any]) -> bool:
        return all(meets(w, self.facts.get(n)) or self.facts.get(n) == "not_sure" for n, w in mapping.items())

    def _derive(self, card: dict[str, Any]) -> str:
        if self.any(card["when"]):
            return "yes"
        unsure = any(
            self._perhaps(m) and any(self.facts.get(n) == "not_sure" for n in m) for m in listed(card["when"])
        )
        return "not_sure" if unsure else ""

    def _background(self, name: str) -> bool:
        if name.startswith("derived."):
            maps = listed(self.rules["derived"][name.removeprefix("derived.")]["when"])
            return all(self._background(n) for m in maps for n in m)
        return self.rules["findings"].get(name, {}).get("background") == "true"

    def _flag(self, card: dict[str, Any]) -> tuple[int, int, int] | None:
        found = []
        for line in card["rules"]:
            within = int(line.get("within_days", 0))
            for mapping in listed(line["when"]):
                level = line["level"]
                if self.all(mapping):
                    found.append((RANK[level], -within, int(level == "redirect")))
                elif line["not_sure"] == "lower" and self._perhaps(mapping) and sum(
                    self.facts.get(n) == "not_sure" for n in mapping
                ) == 1 and any(
                    meets(w, self.facts.get(n)) and not self._background(n) for n, w in mapping.items()
                ):
                    if level in LOWER:
                        lower = LOWER[level]
                        found.append((RANK[lower], -3 if lower == "book" else 0, 0))
                    elif within in (3, 7):
                        found.append((RANK["book"], {3: -7, 7: -14}[within], 0))
        return max(found) if found else None

    def _rank(self) -> tuple[dict[str, float], dict[str, str]]:
        settings = self.rules["weights"]
        totals, evidence, groups_for, allowed = {}, {}, {}, {}
        for name, card in self.rules["conditions"].items():
            if "frequency" not in card:
                continue
            steps = [card["frequency"]["level"]]
            steps += [m["level"] for m in card["frequency"].get("more", []) if self.any(m["when"])]
            prior = max(float(settings["frequency"][s]) for s in steps)
            sides: dict[str, dict[str, list[float]]] = {"for": {}, "against": {}}
            for side in ("for", "against"):
                for i, line in enumerate(card.get(side, [])):
                    for j, mapping in enumerate(listed(line["when"])):
                        if self.all(mapping):
                            weight = float(settings["strength"][line["strength"]])
                            if "lr" in line:
                                weight = min(weight, round(abs(math.log(float(line["lr"]))), 4))
                            group = line.get("group") or f"{side} {i} {j}"
                            sides[side].setdefault(group, []).append(weight)
            if "site" in sides["for"]:
                sides["against"].pop("site", None)
            plus = sum(self._group(w) for w in sides["for"].values())
            minus = 0.0 if card["kind"] == "danger" else -sum(self._group(w) for w in sides["against"].values())
            cap = float(settings["cap"])
            evidence[name] = max(-cap, min(cap, plus + max(minus, float(settings["against_cap"]))))
            totals[name] = prior + evidence[name]
            groups_for[name] = len(sides["for"])
            wanted = card.get("fits_well_if", [])
            allowed[name] = (not wanted or self.any(wanted)) and not (
                card.get("fits_well_never") and self.any(card["fits_well_never"]))
        best = max((totals[n] for n in totals if groups_for[n]), default=0.0)
        looked_for = set()
        for flag, card in self.rules["red_flags"].items():
            if self.flags.get(flag, (0,))[0] >= RANK["today"]:
                named = card.get("suspects", [])
                looked_for |= {n for n in named if groups_for[n]} or set(named[:1])
        bands = {}
        for name, total in totals.items():
            danger = self.rules["conditions"][name]["kind"] == "danger"
            hot = name in looked_for
            if not hot and groups_for[name] < (int(settings["danger_groups"]) if danger else 1):
                bands[name] = "unlikely"
            elif (total >= float(settings["fits_well"]) - 1e-6 and allowed[name]
                  and groups_for[name] >= max(int(settings["fits_well_groups"]),
                                              int(settings["danger_groups"]) if danger else 1)):
                bands[name] = "fits_well"
            elif (hot or (evidence[name] > 1e-6 and total >= best - float(settings["possible_behind"]) - 1e-6)
                  or evidence[name] >= float(settings["possible_evidence"]) - 1e-6):
                bands[name] = "possible"
            else:
                bands[name] = "unlikely"
        return totals, bands

    def _group(self, weights: list[float]) -> float:
        first, *others = sorted(weights, reverse=True)
        settings = self.rules["weights"]
        return first + float(settings["group_share"]) * sum(others[: int(settings["group_others"])])
