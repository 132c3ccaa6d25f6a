"""English as people type it: its words, and the word that stands for a family of them. Knows no card."""

from __future__ import annotations

import re
from bisect import bisect_right

import msgspec

_FAMILIES = """
pain: hurt hurts hurting hurted painful painfull ache achy aching ached sore soreness tender tenderness
pain: kill kills killing
ulcer: sores
swollen: swelling swell swells swelled swole swolen swollan swollon sweling swelleing puffy puffed puffiness
numb: numbness numbs nummb numness
tingle: tingling tingly tingeling tingley
burn: burning burned burnt
weak: weakness weakened weaker
cramp: cramping cramped crampy
bruise: bruising bruised
red: redness reddened reddish
warm: warmth warmer
stiff: stiffness stiffen stiffened stiffens
tight: tightness tighter
walk: walking walked wlaking
run: running ran jog jogging jogged
stand: standing stood
sit: sitting sat
lie: lying laying
twist: twisted twisting
roll: rolled rolling
sprain: sprained spraining
faint: fainted fainting
wake: waking
woke: woken
calf: calve calfs
foot: feet
tooth: teeth
woman: women
man: men
diabetes: diabetic diabetis diabeties
ankle: ancle ankel
achille: achile achillie achilie achilles
bleed: bleeding bled
pregnant: pregnent preganant
cough: coughing coughed
press: pressing pressed
ease: eases easing eased
worse: worst
worsen: worsens worsening worsened
begin: began begun begins beginning start started starts starting
throb: throbbing throbs throbbed
stab: stabbing
itch: itching itchy itches
fall: falling
fell: fallen
work: works working worked
wear: wearing wore
tablet: pills
injure: injured injury injuries
break: broke broken breaking
fracture: fractured
tear: tore torn tearing ripped
limp: limping limped
smoke: smoking smoker smoked
climb: climbing climbed
cycle: cycling cyclist
jump: jumping jumped
bend: bending bent
stretch: stretching stretched
breath: breathe breathing
vomit: vomiting vomited
shiver: shivering shivers
spread: spreading
grow: growing grew grown
lock: locking locked
crush: crushed
collapse: collapsed collapsing
antibiotic: antibotic
fever: feverish
anaesthetic: anesthetic
colour: color
coloured: colored
discolour: discolor
discoloured: discolored
discolouration: discoloration
grey: gray
metre: meter
centre: center
tumour: tumor
paralysed: paralyzed
immobilised: immobilized
hospitalised: hospitalized
localised: localized
orthopaedic: orthopedic
lymphoedema: lymphedema
diarrhoea: diarrhea
leukaemia: leukemia
haemophilia: hemophilia
"""
_SAME = {form: line.split(":")[0] for line in _FAMILIES.strip().splitlines() for form in line.split()[1:]}
"""Forms of a word, near synonyms and common slips of the pen -> the word that stands for them, here and in phrases."""

_SHORT = {
    "i'm": "i am", "im": "i am", "i've": "i have", "ive": "i have", "it's": "it is", "its": "it is", "i'd": "i would",
    "dont": "do not", "doesnt": "does not", "didnt": "did not", "isnt": "is not", "arent": "are not",
    "wasnt": "was not", "werent": "were not", "havent": "have not", "hasnt": "has not", "hadnt": "had not",
    "cant": "cannot", "can't": "cannot", "couldnt": "cannot", "couldn't": "cannot", "unable": "cannot",
    "wont": "will not", "won't": "will not", "ain't": "is not", "aint": "is not", "couldn": "cannot", "&": "and",
}
DROPPED = frozenset(
    "a an the my his her your their our this that these those is are was were be being am do does did very really "
    "quite so rather extremely it s".split())
"""Left out of phrases, and passed over in the text."""
LIGHT = DROPPED | frozenset(
    "has have had having been to left right both i he she they we feel feels felt feeling seem seems seemed look looks "
    "looked looking get gets got getting gotten become becomes became go goes going gone also now just still there "
    "always sometimes often mostly mainly especially usually bit little slightly badly severely suddenly new newly all "
    "some any pretty totally completely constantly clearly not never no only even too quickly me".split())
"""Passed over inside a phrase, when it does not ask for them."""

_PIECES = re.compile(r"\d{1,9}(?:\.\d{1,3})?|[^\W\d_]+(?:'[^\W\d_]+)*|&|\n+|[.,;:!?()\"]| - ?|(?<=\d)-(?=\d)")
_MARKS = {",": ",", ":": ":", " - ": ",", " -": ",", "-": "-", "?": "?"}
"""How a mark is read; any other ends a sentence. A dash with spaces is a comma, without them it joins numbers."""


GAP = 3
"""So many words a `*` in a phrase may stand for."""


class Word(msgspec.Struct, frozen=True):
    """A word of a text, or a mark such as a comma."""

    text: str
    """Lower case, short forms written out."""
    stem: str
    """What stands for its family; empty for a mark."""
    start: int
    end: int
    """Where it stands in the text."""
    sentence: int = 0

    @property
    def stop(self) -> bool:
        """Is it a mark?"""
        return not self.stem

    @property
    def ends(self) -> bool:
        """Does it end a sentence?"""
        return self.text in (".", "?")

    @property
    def light(self) -> bool:
        """May it stand inside a phrase that does not ask for it?"""
        return self.text in LIGHT


def words(text: str) -> list[Word]:
    """The words and marks of a text, in order. Takes any text; what is neither word nor mark is left out."""
    out: list[Word] = []
    sentence = 0
    for found in _PIECES.finditer(text):
        piece = found[0].lower()
        start, end = found.span()
        if piece == "&" or piece[0].isalnum():
            for part in _parts(piece):
                if part == "not" and out and out[-1].text in ("can", "could", "cannot"):
                    out[-1] = Word("cannot", "cannot", out[-1].start, end, sentence)
                else:
                    out.append(Word(part, stem(part), start, end, sentence))
            continue
        mark = Word(_MARKS.get(piece, "."), "", start, end, sentence)
        out.append(mark)
        sentence += mark.ends
    return out


def _parts(piece: str) -> list[str]:
    """A word with its short form written out: "isn't" is two."""
    if piece in _SHORT:
        return _SHORT[piece].split()
    if piece.endswith("n't"):
        return [piece[:-3], "not"]
    if piece.endswith("'s"):
        return [piece[:-2]]
    for ending, whole in (("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'d", "would")):
        if piece.endswith(ending):
            return [piece[: -len(ending)], whole]
    return [piece]


def stem(word: str) -> str:
    """The word that stands for its family, without the s of the plural."""
    if word in _SAME:
        return _SAME[word]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")):
        word = word[:-1]
    return _SAME.get(word, word)


_PAIRS = frozenset("legs feet ankles calves calfs heels knees shins thighs soles arms hands".split())


def says(word: Word, wanted: str) -> bool:
    """Is it this word of a phrase? "leg+" asks for both, "leg" takes one or both."""
    return word.stem == wanted or (word.text in _PAIRS and word.stem + "+" == wanted)


def stems(phrase: str) -> tuple[str, ...]:
    """A phrase of a card as stems, `*` for the words in between. What a person has two of stays plural: `leg+`."""
    parts: list[str] = []
    for i, piece in enumerate(phrase.split("*")):
        if i:
            parts.append("*")
        parts += [word.stem + "+" * (word.text in _PAIRS) for word in words(piece)
                  if word.stem and word.text not in DROPPED]
    return tuple(parts)


def match(words: list[Word], i: int, wanted: tuple[str, ...]) -> list[int]:
    """The places of the words of a phrase (its `stems`) that begins at `i`, or nothing. Light words are passed over."""
    if not says(words[i], wanted[0]):
        return []
    used = [i]
    at, gap = i + 1, 0
    for stem in wanted[1:]:
        if stem == "*":
            gap = GAP
            continue
        for _ in range(8):
            if at >= len(words) or (words[at].stop and words[at].text != ":") or says(words[at], stem):
                break
            if not words[at].light and not words[at].stop:
                gap -= 1
            if gap < 0:
                return []
            at += 1
        if at >= len(words) or not says(words[at], stem):
            return []
        used.append(at)
        at, gap = at + 1, 0
    return used


def line(words: list[Word]) -> tuple[str, list[int]]:
    """The words with one space between them, and where in that line each begins."""
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word.text) + 1
    return " ".join(word.text for word in words), starts


def places(found: re.Match[str], starts: list[int]) -> tuple[int, int]:
    """The first and the last word of what was found in a `line`."""
    return bisect_right(starts, found.start()) - 1, bisect_right(starts, found.end() - 1) - 1
