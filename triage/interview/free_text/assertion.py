"""The assertion status of what is said: negated, hypothetical, historical, or of somebody else. Knows no card.

The kinds are those of ConText (Harkema and others 2009), which goes on from NegEx; the rules are our own.
"""

from __future__ import annotations

import msgspec

from triage.interview.free_text.tokens import DROPPED, Word, match, stems

COMPLAINTS = frozenset(
    "pain swollen numb tingle burn cramp bruise stiff tight weak twist sprain roll injure trouble problem issue lump "
    "throb stab itch hot warm red cold pop popped snap snapped limp discomfort fracture break tear "
    "ulcer wound blister rash heavy "
    "niggle agony uncomfortable sharp dull tired stiffen rupture needle pulled strain strained pull bump hit kicked "
    "knock knocked bitten bite cut shock spasm".split())
"""Stems of words for what is the matter."""
BODY = frozenset("foot heel ankle calf leg knee shin toe sole arch thigh groin achille tendon instep".split())
BEGINS = frozenset("begin came happened appeared onset noticed developed woke came first".split())
"""Stems of words for how trouble began."""

OTHERS = frozenset(
    "father mother dad mum mom mam mommy mummy husband wife partner brother sister son daughter friend uncle aunt "
    "auntie grandmother grandfather grandma grandpa gran granny nan nana grandad granddad cousin neighbour neighbor "
    "colleague boyfriend girlfriend parent coworker mate niece nephew fiance fiancee sibling family relative people "
    "others someone somebody everyone flatmate roommate".split())
"""Stems of words for other people."""
_THIRD = frozenset("he she they who his her their him them".split())
_TURNS = frozenset("but however although though yet except because whereas".split())
_SUBJECTS = frozenset(
    "i it my the this that there now he she they we is are was has have had hurts hurt hurting feels felt cannot does "
    "do did gets got then sometimes also".split())
_NO_LIST = _SUBJECTS | _TURNS | frozenset("no not since for with just only".split())
"""What stands in no bare list of things denied."""
_VERBS = frozenset(
    "is are was were has have had hurts hurt feels felt looks keeps gets got goes went aches swelled".split())
_PREPOSITIONS = frozenset(
    "in on of at under behind with to from around near over inside above below for through".split())

_NO = frozenset("no not non without never denies denied deny denying nor neither nil hardly none".split())
_NOT_AFTER = frozenset("only just until sure certain know necessarily".split())
_NO_AFTER = frozenset("doubt wonder matter idea better worse longer one".split())
_CAUSES = frozenset("reason cause trigger explanation warning".split())
_GO_ON = frozenset("just only".split())
_HEDGES = frozenset(
    "if whether worried worry worrying worries afraid scared wonder wondering wondered might may maybe perhaps "
    "possibly could would should suspect suspected fear fearing unsure unless googled anxious concerned paranoid "
    "unlikely thought".split())
_HEDGE_PAIRS = frozenset([
    ("rule", "out"), ("ruled", "out"), ("in", "case"), ("used", "to"), ("not", "sure"), ("not", "certain"),
    ("not", "know"), ("cannot", "say"), ("cannot", "tell"), ("cannot", "remember"), ("read", "that"),
    ("read", "about"), ("heard", "that"), ("heard", "of"), ("rather", "than"), ("instead", "of"), ("apart", "from"),
    ("no", "idea"), ("no", "longer"), ("tested", "for"), ("test", "for"), ("checked", "for"), ("check", "for"),
    ("scan", "for"), ("risk", "of"), ("think", "it"), ("not", "think"), ("not", "believe"), ("not", "tried"),
    *((which, part) for which in ("other", "good") for part in ("leg", "foot", "calf", "ankle", "heel")),
])
_COMPARING = frozenset("than to with as like from".split())
_OVER = frozenset("resolved disappeared vanished settled cleared subsided fine ok okay normal alright".split())
_GONE = frozenset(["", ",", ".", "?", *"down away now and but by since again within when after overnight".split()])
"""What follows "gone" when it is over; a foot can also have gone cold."""
_BETWEEN = frozenset("has have had now all completely".split())
_ASKING = frozenset("is are could can do does should what how would has have will did which when where who".split())
_ASIDE = frozenset("when while whenever after once before until by since".split())
_YOUNG = frozenset(
    "child kid young younger teenager teen little small boy girl student baby school twenties teens".split())

_NAMES = tuple(stems(line) for line in (
    "plantar fasciitis", "heel spur", "heel spurs", "shin splints", "achilles tendinitis", "achilles tendonitis",
    "achilles tendinopathy", "foot doctor", "foot clinic", "ankle brace", "ankle support", "ankle weights",
    "calf raises", "calf raise", "calf sleeve", "calf stretch", "calf stretches", "calf stretching", "heel raise",
    "heel raises", "heel drops", "heel cup", "heel cups", "heel lift", "heel lifts", "heel pads", "heel cushion",
    "high heels", "in heels", "arch support", "arch supports", "toe box", "sole of shoe", "shoe sole", "stiff soles",
    "hard soles", "thin soles", "on feet", "athlete foot", "hay fever", "fever blister", "fell asleep", "fall asleep",
    "falling asleep", "flight of stairs", "cancer screening", "cancer check", "numb hand", "hand numb", "numb hands",
    "hands numb", "numb finger", "finger numb", "numb arm", "arm numb", "face numb", "numb face", "tingling fingers",
    "tingling hands", "tingling in fingers", "tingling in hands", "tingling in hand", "fingers tingle", "hands tingle",
    "tingling in arm", "tingling arm", "burning in chest", "heartburn", "burns calories", "burned out", "flu jab",
    "covid jab", "covid vaccine", "flu vaccine", "covid vaccination", "foot massage", "calf massage", "foot bath",
    "foot soak", "knock on effect", "pain clinic", "foot pump", "blood clot test", "sprained wrist", "twisted knee",
    "six foot", "five foot", "foot tall", "cold sore", "sore throat", "head cold", "fallen arch", "fallen arches",
    "arch has fallen", "arches have fallen", "arch collapsed", "collapsed arch", "faint bruise", "black and blue",
    "gradually improving", "gradually better", "gradually settling", "gradually easing", "in the fall",
    "hot water bottle", "hot bath", "cold water", "ice cold water", "cold weather", "hot weather", "warm up",
    "warmed up", "warms up", "warming up", "running shoes", "walking shoes", "walking boots",
    "bottom of foot", "bottom of heel", "bottom of toe", "bottom of shoe", "bottom of leg", "family history",
    "pre diabetic", "pre diabetes", "borderline diabetic", "insulin resistance", "work in hospital",
    "nurse in hospital", "job in hospital", "half hour", "bleeding disorder", "bleeding ulcer", "bleeding gums",
    "bone specialist", "bone doctor", "bone scan", "bad knee pain", "compression stockings", "support stockings",
    "drink lot of water",
    "hot and cold packs", "hot and cold therapy", "hot and cold compress", "fell pregnant", "fell ill", "twisted vein",
    "weight for no reason", "bruises for no reason", "broke for no reason", "right now", "right away", "right after",
    "right before", "stand on tiptoe", "stand on tiptoes", "stand on toes", "toe nail", "runner knee",
    *(f"cannot {verb} {how}" for verb in ("walk", "run", "stand") for how in (
        "far", "barefoot", "long", "for", "properly", "without", "fast", "normally", "more", "on it properly",
        "on it for", "on it without", "on it very long", "on heel", "on tiptoe", "on toes"))))
"""Words that stay together and mean no more than the whole: what is heard in a part of them is not meant."""
_NAMES_BY_FIRST: dict[str, list[tuple[str, ...]]] = {}
for _name in _NAMES:
    _NAMES_BY_FIRST.setdefault(_name[0].rstrip("+"), []).append(_name)


def names(words: list[Word]) -> list[tuple[int, int]]:
    """Where words stand that stay together, such as "heel spur": first and last place of each."""
    found = [match(words, i, name) for i, word in enumerate(words) for name in _NAMES_BY_FIRST.get(word.stem, ())]
    return [(used[0], used[-1]) for used in found if used]


class Assertions(msgspec.Struct, frozen=True):
    """What holds at each word of a text. `hypothetical` and `negated` name the word that causes it, or -1."""

    hypothetical: list[int]
    """Supposed, asked, or said of somebody else: nothing is heard."""
    negated: list[int]
    """Denied."""
    historical: list[bool]
    """Of years ago."""
    circumstance: list[bool]
    """After a "when" that follows a place or complaint: a circumstance, not the matter."""
    segment: list[int]
    """Where the part of the sentence begins."""

    def over(self, words: list[Word], last: int) -> bool:
        """Is what ends at this word said to be gone, or to be fine?"""
        after = [word.text for word in words[last + 1: last + 6] if word.text not in DROPPED | _BETWEEN] + ["", ""]
        if after[0] == "gone":
            return after[1] in _GONE
        if after[0] in ("until", "till"):  # "no injury until I fell"
            return True
        return after[0] in _OVER or after[:2] in (["went", "away"], ["went", "down"])

    def none(self, words: list[Word], last: int) -> bool:
        """Is what ends at this word denied behind it: "fever no", "swelling - none"?"""
        after = [word.text for word in words[last + 1: last + 4]]
        if after[:1] == [","]:
            return after[1:2] in (["none"], ["nil"]) and after[2:] != ["of"]
        after = [text for text in after if text not in DROPPED]
        if after[:1] in (["none"], ["nil"], ["absent"]) or after[:2] in (["not", "present"], ["not", "there"]):
            return True
        return after[:1] == ["no"] and (len(after) == 1 or after[1] in ",.")


def assertions(words: list[Word]) -> Assertions:
    """What is denied, supposed, asked, long past or said of others, for each word of a text."""
    size = len(words)
    out = Assertions([-1] * size, [-1] * size, [False] * size, [False] * size, [0] * size)
    other, begin = -1, 0
    while begin < size:
        end = begin
        while end < size and not words[end].ends:
            end += 1
        if end == begin:  # nothing between two marks: "She is ill.\n"
            begin += 1
            continue
        sentence = _Sentence(words, begin, end, other)
        sentence.read(out)
        _headings(words, begin, end, out)
        if end < size and words[end].text == "?":
            _question(words, begin, end, out)
        _long_past(words, begin, end, out)
        other, begin = sentence.other, end + 1
    return out


class _Sentence:
    """Goes through a sentence word by word and knows who is spoken of, and what is denied or supposed there."""

    def __init__(self, words: list[Word], begin: int, end: int, other: int) -> None:
        """`other`: the person of the sentence before that "she" may mean."""
        self.stems = [word.stem for word in words[begin:end]]
        self.text = [word.text for word in words[begin:end]] + [".", ".", "."]
        self.begin = begin
        first = next((text for text in self.text if text not in (",", "and", "then", ".")), ".")
        self.other = other if first in _THIRD else -1
        self.supposed = self.negated = -1
        """The word by which it is supposed, and by which it is denied; -1 where it is not."""
        self.segment = begin

    def read(self, out: Assertions) -> None:
        """Write what holds at each word into `out`."""
        named = aside = False
        for k, stem in enumerate(self.stems):
            i = self.begin + k
            if self._part_begins(k):
                self.segment, aside = i, False
            self._person_begins(k)
            self._tone_begins(k)
            aside = aside or (named and self.text[k] in _ASIDE)
            named = named or stem in BODY or stem in COMPLAINTS
            out.hypothetical[i] = self.other if self.other >= 0 else self.supposed
            out.negated[i], out.segment[i], out.circumstance[i] = self.negated, self.segment, aside

    def _part_begins(self, k: int) -> bool:
        """Does a part of the sentence begin here? Ends what goes no further."""
        word, after = self.text[k], self.text[k + 1]
        if word == ",":
            self.supposed = -1
            if self.other >= 0 and after not in _THIRD | {"and"} and self.text[k + 2] not in _THIRD:
                self.other = -1
            if self.negated >= 0:
                self._list_goes_on(k)
        elif word in _TURNS:
            self.supposed = self.negated = -1
            if after not in _THIRD:
                self.other = -1
        elif word == "and":
            if after in _SUBJECTS or self._clause_follows(k):
                self.negated = self.supposed = -1
            if self.supposed >= 0 and self.text[self.supposed - self.begin] in ("other", "good"):
                self.supposed = -1
            if after in ("i", "my", "now"):
                self.other = -1
        else:
            return False
        return True

    def _clause_follows(self, k: int) -> bool:
        """Is "and" followed by somebody or something that does: "and foot is numb"?"""
        for text in self.text[k + 1: k + 6]:
            if text in (",", ".", "and", "or", "no", "not", "with"):
                return False
            if text in _VERBS:
                return True
        return False

    def _list_goes_on(self, comma: int) -> None:
        """After "no swelling, ...": the denial goes on to an "or"; a bare list is left in doubt."""
        before, self.negated = self.negated, -1
        item: list[str] = []
        pain = False
        for word in self.text[comma + 1:-3]:
            if word == ",":
                item = []
            elif word in ("or", "nor"):
                self.negated = before
                return
            elif word in _NO_LIST:
                return
            else:
                item.append(word)
                pain = pain or word in ("pain", "hurts")
            if len(item) > 3:
                return
        if not pain:
            self.supposed = self.begin + comma

    def _person_begins(self, k: int) -> None:
        """Is somebody else named here, or the person again?"""
        word, before = self.text[k], self.text[k - 1] if k else ""
        if word in ("i", "my"):
            if before not in ("of", "from"):
                self.other = -1
            if word == "my" and self.negated >= 0 and self._far(k) and before not in _PREPOSITIONS:
                self.negated = -1
        if self.stems[k] in OTHERS and not self._did_it_to_me(k):
            self.other = self.begin + k

    def _did_it_to_me(self, k: int) -> bool:
        """ "Someone kicked me" is of the person."""
        return self.text[k + 2] == "me" and self.text[k + 1] not in ("told", "tells", "gave", "asked", "showed")

    def _far(self, k: int) -> bool:
        """Does something stand between the denial and this word?"""
        return self.begin + k - self.negated > 1

    def _tone_begins(self, k: int) -> None:
        """Is something supposed or denied from here on?"""
        i, word, after = self.begin + k, self.text[k], self.text[k + 1]
        if self.stems[k] in OTHERS:
            return
        if self._supposes(k):
            self.supposed = i
        elif word in _NO:
            self._denies(k)
        elif word == "cannot" and (after in ("see", "find", "notice") or self.text[k + 2] == "any"):
            self.negated = i
        elif self.negated >= 0 and self._far(k) and self._denial_ends(k):
            self.negated = -1

    def _denial_ends(self, k: int) -> bool:
        """Does something else begin here, although no mark says so: "no injury just pain", "no fever leg is red"?"""
        if self.text[self.negated - self.begin] == "non" or self.text[k] in _GO_ON:
            return True
        return self.stems[k] in BODY and self.text[k + 1] in _VERBS and self.text[k - 1] not in ("or", "nor")

    def _supposes(self, k: int) -> bool:
        word, after, before = self.text[k], self.text[k + 1], self.text[k - 1] if k else ""
        if (word, after) in _HEDGE_PAIRS:
            return word != "other" or not _COMPARING & {*self.text[max(k - 2, 0):k]}
        if word == "if":
            return before not in ("as", "even")
        if word == "may":
            return before not in ("since", "in", "early", "late", "mid", "last", "of", "rd", "th", "st", "nd")
        if word == "could":
            return after not in ("barely", "hardly", "only")
        return word in _HEDGES

    def _denies(self, k: int) -> None:
        i, word, after = self.begin + k, self.text[k], self.text[k + 1]
        if word == "not" and after in _NOT_AFTER:
            return
        if word == "no" and (after in (",", ".", ":") or after in _NO_AFTER or _CAUSES & {*self.text[k + 1: k + 4]}):
            return
        if word == "none" and after not in ("of", "the"):
            return  # it denies what stands before it
        if word == "non" and self.negated >= 0:
            return
        if self.negated >= 0 and word in ("without", "no") and k and self.text[k - 1] == "not":
            self.negated = -1  # not without
        elif self.negated >= 0 and self._far(k) and word not in ("nor", "no") and self.text[k - 1] not in ("and", "or"):
            self.supposed = i  # denied twice
        else:
            self.negated = i


def _headings(words: list[Word], begin: int, end: int, out: Assertions) -> None:
    """ "Swelling of the calf: no" denies what stands before the colon."""
    for i in range(begin, end - 1):
        if words[i].text == ":" and words[i + 1].text in ("no", "none", "nil", "negative", "absent"):
            for k in range(i - 1, out.segment[i] - 1, -1):
                if words[k].text == ":":
                    break
                out.negated[k] = i + 1


def _question(words: list[Word], begin: int, end: int, out: Assertions) -> None:
    """What is asked is not said: the last part of the sentence, and every part that begins like a question.

    "Why does my heel hurt?" says that it hurts.
    """
    last = out.segment[end - 1] if end > begin else begin
    for i in range(begin, end):
        start = out.segment[i]
        head = words[start if words[start].stem and words[start].text != "and" else start + 1].text
        if (start == last and head != "why") or head in _ASKING:
            out.hypothetical[i] = end


def _long_past(words: list[Word], begin: int, end: int, out: Assertions) -> None:
    """Mark the parts of a sentence that tell of years ago, but for those that tell how the trouble began."""
    text = [word.text for word in words[begin:end]] + [""] * 4
    told = {out.segment[begin + k] for k in range(end - begin)
            if _of_years_ago(text[k: k + 5]) and "since" not in text[max(k - 4, 0):k]}
    told -= {out.segment[i] for i in range(begin, end) if words[i].stem in BEGINS}
    for i in range(begin, end):
        out.historical[i] = out.segment[i] in told


def _of_years_ago(text: list[str]) -> bool:
    """Do these words begin with "years ago", "as a child" or the like?"""
    first, second, third, fourth, fifth = text
    if first in ("year", "years", "yr", "yrs") and second in ("ago", "back"):
        return True
    if (first, second) == ("last", "year"):
        return True
    if first == "as":
        return second in _YOUNG or (second == "a" and third in _YOUNG)
    if (first, second, third) == ("when", "i", "was"):
        return fourth.isdigit() or bool(_YOUNG & {fourth, fifth})
    if (first, second) == ("in", "my"):
        return third in ("teens", "twenties", "thirties", "forties", "fifties", "youth", "childhood")
    return first in ("in", "back") and len(second) == 4 and second.isdigit() and second[:2] in ("19", "20")
