"""What is heard in a sentence that a person types, and what is not: in doubt nothing, and never a "no" to a danger."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.conftest import shared_knowledge
from tests.helpers.examples import examples, sampled
from triage.inference.answers import normal
from triage.inference.assessment import severity
from triage.inference.compiled import Compiled
from triage.interview import free_text
from triage.interview.free_text import (
    LIMIT,
    Mention,
    answers_of,
    answers_to_confirm,
    length_notice,
    mentions_in,
    tokens,
)
from triage.model import Answer, Answers, Finding, Knowledge

TODAY = datetime.date(2025, 5, 14)
"""A Wednesday."""

# What is typed; what is heard, `!` after an answer that does not count; what is not heard at all.
SENTENCES = [
    # places and sides
    ("My right calf hurts since Monday, no swelling",
     "pain.region=calf pain.side=right onset.age=2 swelling.extent=no_swelling!", "leg.swollen_blue swelling.side"),
    ("pain under my left heel", "pain.site=heel_under_centre pain.region=heel pain.side=left", "feet.what"),
    ("both of my feet hurt", "pain.side=both pain.region=foot", ""),
    ("both calves ache after walking", "pain.side=both pain.region=calf", "onset.getting"),
    ("left calf swollen, right calf is fine", "pain.side=left leg.swollen_blue=yes swelling.side=one_leg", ""),
    ("my left foot and my right foot hurt", "pain.region=foot", "pain.side"),
    ("the ache is in the back of my lower leg", "pain.region=calf", "back.line"),
    ("sore on the outside of my foot near the little toe", "pain.site=foot_outer pain.region=foot", "feet.what"),
    ("the ball of my foot burns", "pain.site=ball_middle nerve.burning=yes", ""),
    ("top of my foot hurts, laces too tight", "pain.site=midfoot_top footwear.usual=tight_top", "pain.feel"),
    ("my heel hurts when i stand on my toes", "pain.region=heel", "pain.site"),
    ("my heel hurts when i bend my knee and my foot", "pain.region=heel|foot", ""),
    ("my heel hurts when i put my foot down", "pain.region=heel", ""),
    ("pain behind my knee", "pain.region=knee_back pain.site=knee_back_site", ""),
    ("my heal hurts", "pain.region=heel", ""),
    ("i have a blister that wont heal", "skin.sore_2_weeks=yes", "pain.region"),
    ("my arch and my calf hurt", "pain.site=arch pain.region=calf|foot", ""),
    ("calf/shin pain", "pain.region=calf|shin", ""),
    # slips of the pen, no marks
    ("my ancle is swolen i twisted it yesturday", "pain.region=ankle onset.trigger=twist", "onset.age"),
    ("achillies tendon acheing since 2 weeks", "onset.age=14", ""),
    ("im diabetic and my foot is nummb", "history.diabetes=yes leg.numb_weak=yes nerve.what=numb_foot", ""),
    ("cant feel my toes", "leg.numb_weak=yes nerve.what=numb_foot", ""),
    ("MY CALF IS SWOLLEN", "leg.swollen_blue=yes pain.region=calf", ""),
    ("calf swelling for three days no injury no fever",
     "leg.swollen_blue=yes onset.age=3 onset.trigger=nothing now.fever=no!", ""),
    # what is denied
    ("my calf isn't swollen", "leg.swollen_blue=no!", "swelling.extent"),
    ("my calf is not swollen at all", "leg.swollen_blue=no!", ""),
    ("calf isnt red or hot", "pain.region=calf swelling.warm_wide=no!", "leg.hot_skin_or_joint"),
    ("no fever, chills or night sweats", "now.fever=no! history.weight_loss=no!", ""),
    ("no numbness or tingling", "leg.numb_weak=no! nerve.burning=no!", ""),
    ("heel pain without numbness", "pain.region=heel leg.numb_weak=no!", ""),
    ("denies chest pain or shortness of breath", "now.chest_or_jaw=no! now.breath=no!", ""),
    ("denies fever, reports heel pain", "now.fever=no! pain.region=heel", ""),
    ("fever: no, numbness: no", "now.fever=no! leg.numb_weak=no!", ""),
    ("Fever - none. Calf pain - yes.", "now.fever=no! pain.region=calf", ""),
    ("fever none", "now.fever=no!", ""),
    ("neither numb nor tingling", "leg.numb_weak=no! nerve.burning=no!", ""),
    ("I have never had diabetes", "history.diabetes=no!", ""),
    ("i am not diabetic and not pregnant", "history.diabetes=no! body.pregnant=no!", ""),
    ("non-smoker with diabetes", "history.diabetes=yes", "history.arterial"),
    ("no non-blanching rash", "now.spots=no!", ""),
    ("never had a clot, not on the pill, havent flown", "", "history.clot_strong history.clot_weak"),
    ("no pain in my foot", "", "pain.region"),
    ("nothing is swollen and i have no fever", "now.fever=no!", "leg.swollen_blue swelling.extent"),
    ("no swelling and my foot is numb", "swelling.extent=no_swelling! leg.numb_weak=yes", ""),
    ("no swelling and foot is numb", "leg.numb_weak=yes nerve.what=numb_foot", ""),
    ("no fever but short of breath", "now.fever=no! now.breath=yes", ""),
    ("no injury just woke up with heel pain", "onset.trigger=nothing pain.region=heel onset.speed=hours", ""),
    ("no swelling my calf hurts", "pain.region=calf swelling.extent=no_swelling!", ""),
    ("no fever, leg swollen", "now.fever=no!", "leg.numb_weak"),
    ("not only numb but also cold and white", "leg.numb_weak=yes leg.cold_pale=yes", ""),
    ("not without numbness", "leg.numb_weak=yes", ""),
    ("no doubt it is numb", "leg.numb_weak=yes", ""),
    ("no reason for it, foot is numb", "leg.numb_weak=yes onset.trigger=nothing", ""),
    ("i cant see any swelling in my calf", "leg.swollen_blue=no!", "swelling.extent"),
    ("i don't have any chest pain", "now.chest_or_jaw=no!", ""),
    ("there's no bruising, no pop, no twist", "swelling.bruise=no_bruise! onset.pop=no_pop!", "onset.trigger"),
    ("no diabetes. Numb foot.", "history.diabetes=no! leg.numb_weak=yes", ""),
    ("no change of shoes, no new shoes", "footwear.change=no", "onset.trigger"),
    ("I didn't twist it and I didn't fall", "onset.trigger=nothing", "leg.injury_bad"),
    ("my toes aren't cold and white", "leg.cold_pale=no!", ""),
    ("swelling in my calf has gone down", "", "leg.swollen_blue swelling.extent"),
    ("the numbness went away", "", "leg.numb_weak"),
    ("my foot has gone numb", "leg.numb_weak=yes pain.region=foot", ""),
    ("my foot pain has gone, numb toes", "leg.numb_weak=yes nerve.what=numb_foot", ""),
    ("no injury and everything is numb", "leg.numb_weak=yes", ""),
    ("no known cause of the numb foot", "leg.numb_weak=yes", ""),
    ("Left leg: swollen", "leg.swollen_blue=yes pain.side=left", ""),
    ("i can not feel my foot", "leg.numb_weak=yes nerve.what=numb_foot", ""),
    ("my foot is colder than the other foot with numb toes", "leg.cold_pale=yes leg.numb_weak=yes", ""),
    ("no longer numb", "", "leg.numb_weak"),
    # supposed and asked
    ("worried about a blood clot in my calf", "", "history.clot_strong leg.swollen_blue pain.region"),
    ("might be diabetic", "", "history.diabetes"),
    ("if it gets numb I will go to a doctor", "", "leg.numb_weak"),
    ("not sure if my calf is swollen", "", "leg.swollen_blue"),
    ("could it be gout in my big toe?", "", "joint.hot pain.region"),
    ("is my foot numb?", "", "leg.numb_weak"),
    ("My calf is swollen. Is it a clot?", "leg.swollen_blue=yes", "history.clot_strong"),
    ("Is my calf swollen, or am I imagining it?", "", "leg.swollen_blue"),
    ("why is my calf swollen?", "leg.swollen_blue=yes pain.region=calf", ""),
    ("heel hurts, should i get a cortisone injection?", "pain.region=heel", "medicine.steroid"),
    ("the doctor ruled out diabetes", "", "history.diabetes"),
    ("i was tested for diabetes", "", "history.diabetes"),
    ("it feels as if my foot is on fire", "nerve.burning=yes", ""),
    ("hurts even if i rest, cant breathe", "now.breath=yes", ""),
    ("I could barely breathe", "now.breath=yes", ""),
    # other people
    ("my dad had a clot, my calf aches", "pain.region=calf history.clot_weak=family", "history.clot_strong"),
    ("my mum is diabetic", "", "history.diabetes"),
    ("my mum is diabetic, calf hurts", "pain.region=calf", "history.diabetes"),
    ("my sister has cancer. She is in hospital.", "", "history.cancer_ever history.clot_strong"),
    ("My wife thinks my calf is swollen", "leg.swollen_blue=yes", ""),
    ("my mate kicked me in the shin", "onset.trigger=blow pain.region=shin", ""),
    ("family history of blood clots", "history.clot_weak=family", "history.clot_strong"),
    ("My 80 year old mother fainted, my heel hurts", "pain.region=heel", "now.fainted person.age"),
    ("people say smokers get it, my heel hurts", "pain.region=heel", "history.arterial"),
    # what was
    ("broke my ankle 10 years ago", "", "leg.injury_bad pain.region onset.age compartment.setting"),
    ("had a DVT 6 years ago", "history.clot_strong=earlier_clot", "onset.age"),
    ("had knee surgery 6 years ago", "", "history.clot_strong"),
    ("had knee surgery two weeks ago", "history.clot_strong=operation_bed", "onset.age"),
    ("as a child i had a cast on", "", "history.clot_strong"),
    ("twisted my ankle when I was running", "onset.trigger=twist pain.region=ankle", ""),
    ("in 2015 I twisted my ankle, now it hurts again", "", "onset.trigger onset.age"),
    ("used to smoke", "history.arterial=smoker", ""),
    # idioms and names
    ("i fell asleep and my heel hurts", "pain.region=heel", "onset.trigger leg.injury_bad now.fainted"),
    ("my fallen arches ache", "shape.foot=flat_new", "onset.trigger"),
    ("i am so out of shape, my calves ache", "pain.region=calf", "leg.injury_bad injury.what"),
    ("ran over the weekend and my shin hurts", "pain.region=shin", "leg.injury_bad injury.what"),
    ("I have black skin and my heel hurts", "pain.region=heel", "leg.hot_skin_or_joint skin.dead"),
    ("got plantar fasciitis and heel spurs", "", "pain.region pain.site"),
    ("numb hands but my foot hurts", "pain.region=foot", "leg.numb_weak"),
    ("I see a foot doctor, my ankle hurts", "pain.region=ankle", ""),
    ("bottom of my foot is numb", "leg.numb_weak=yes nerve.what=burning_sole", "body.saddle"),
    ("numb bottom of my foot", "leg.numb_weak=yes", "body.saddle"),
    ("black toenail, toe hurts", "pain.region=foot", "skin.black_toe"),
    ("my toe is black and blue", "swelling.bruise=big", "skin.black_toe"),
    ("losing weight for no reason", "history.weight_loss=yes", "onset.trigger"),
    ("the nurse and the surgeon looked at my calf pain", "pain.region=calf", "activity.regular"),
    ("I am a nurse and my arches ache", "activity.regular=standing pain.region=foot", ""),
    ("I work in a hospital, heel pain", "pain.region=heel", "history.clot_strong"),
    ("i wear compression stockings, leg ache", "", "nerve.where"),
    ("got the flu jab, then my calf hurt", "pain.region=calf", "history.clot_weak"),
    ("bulging twisted veins on my calf", "vein.varicose=yes", "onset.trigger"),
    ("i am pre-diabetic", "", "history.diabetes"),
    ("i have a bleeding disorder", "history.blood_thinner=yes", "leg.injury_bad injury.what"),
    ("worse in the morning, better when i rest", "pain.eases=rest", "onset.getting"),
    ("it is getting worse", "onset.getting=worse", "pain.night"),
    ("leg cramps when I walk", "", "cramp.night"),
    ("cramps in my feet at night", "cramp.night=yes", ""),
    ("i wake up with cramps", "cramp.night=yes", "onset.speed"),
    ("the swelling goes down overnight", "swelling.like=evening", "onset.speed"),
    ("big toe swollen overnight", "onset.speed=hours joint.hot=big_toe", ""),
    ("cant stand for long", "", "activity.regular pain.four_steps"),
    ("i can't play tennis any more", "", "activity.regular"),
    ("i cant walk far", "", "pain.four_steps"),
    ("i can't walk on it", "pain.four_steps=cannot", ""),
    ("i can walk but it hurts", "pain.four_steps=can!", ""),
    ("take pills for my blood pressure", "", "history.clot_weak"),
    ("i am on the pill", "history.clot_weak=hormones", ""),
    # times
    ("heel pain for 3 weeks", "onset.age=21", ""),
    ("heel pain for about a week and a half", "onset.age=10.5", ""),
    ("heel pain 2-3 months", "onset.age=60", ""),
    ("heel hurts x 3 months", "onset.age=90", ""),
    ("started a couple of days ago", "onset.age=2", ""),
    ("rolled my ankle 30 minutes ago", "onset.age=0.021", ""),
    ("twisted my ankle playing football 3 days ago", "onset.age=3 onset.trigger=twist", ""),
    ("slipped on ice last Friday, ankle swollen", "onset.age=5 swelling.extent=ankle_foot", ""),
    ("calf popped while sprinting for a bus yesterday", "onset.age=1 onset.pop=calf", ""),
    ("cast came off last week", "history.clot_strong=cast_paralysed", "onset.age"),
    ("heel pain since yesterday", "onset.age=1", ""),
    ("woke up with foot drop this morning", "onset.age=0 nerve.heel_walk=yes", ""),
    ("calf pain since friday", "onset.age=5", ""),
    ("calf pain since last Wednesday", "onset.age=7", ""),
    ("it began on the weekend", "", "onset.speed"),
    ("it began at the weekend", "onset.age=4", ""),
    ("heel pain since may", "onset.age=13", ""),
    ("heel pain since 3rd of May", "onset.age=11", ""),
    ("heel pain since March 3rd", "onset.age=72", ""),
    ("heel pain since june", "onset.age=333", ""),
    ("heel pain since 2023", "onset.age=683", ""),
    ("heel pain since last year", "onset.age=365", ""),
    ("heel pain for years", "onset.age=1095", ""),
    ("6 months of heel pain", "onset.age=180", ""),
    ("sore heel the last two weeks", "onset.age=14", ""),
    ("my knee hurts for 2 hours after i run", "", "onset.age"),
    ("it hurts after walking for 2 hours", "", "onset.age"),
    ("heel pain, worse for 2 days", "", "onset.age"),
    ("I have smoked for 20 years and my calf hurts", "history.arterial=smoker", "onset.age"),
    ("had surgery 2 weeks ago and now my calf hurts", "history.clot_strong=operation_bed", "onset.age"),
    ("i am 12 weeks pregnant, heel pain", "body.pregnant=yes", "onset.age person.age"),
    ("pain for 3 weeks, swelling since yesterday", "", "onset.age"),
    ("calf pain for a week, since last Wednesday", "onset.age=7", ""),
    # ages and sexes
    ("45F heel pain", "person.age=45 person.sex=female", ""),
    ("I'm a 62 year old man with calf pain", "person.age=62 person.sex=male", ""),
    ("im 30", "person.age=30", ""),
    ("28 yo male, shin pain", "person.age=28 person.sex=male", ""),
    ("aged 71", "person.age=71", ""),
    ("i walk 50 m and my calf hurts", "pain.region=calf", "person.age person.sex"),
    ("I'm 80 kg", "", "person.age"),
    ("i'm 100% sure my heel hurts", "pain.region=heel", "person.age"),
    ("my 10 year old trainers", "", "person.age"),
    ("a 20 year old ankle sprain", "", "person.age"),
    ("i am 45, my husband is 50", "person.age=45", ""),
    ("age is 300", "", "person.age"),
    # dangers raised by words
    ("my whole leg is swollen", "leg.swollen_blue=yes swelling.extent=whole_leg", ""),
    ("one calf bigger than the other leg and numb", "leg.swollen_blue=yes leg.numb_weak=yes", ""),
    ("foot is ice cold and white", "leg.cold_pale=yes", ""),
    ("the pain keeps growing, painkillers dont help", "leg.pain_growing=yes", ""),
    ("my calf is rock hard", "leg.hard_or_tight=yes", ""),
    ("my skin is hot and red and it's spreading fast", "leg.hot_skin_or_joint=yes", ""),
    ("got hit by a car", "leg.injury_bad=yes injury.what=vehicle onset.trigger=blow", ""),
    ("dog bit my ankle", "leg.injury_bad=yes injury.what=bite_other skin.puncture=deep", ""),
    ("I cannot breathe properly", "now.breath=yes", ""),
    ("I have chest pain", "now.chest_or_jaw=yes", ""),
    ("I passed out", "now.fainted=yes", ""),
    ("my face is drooping", "now.face_speech=yes", ""),
    ("I have a fever and I am shivering", "now.fever=yes", ""),
    ("I have lockjaw", "now.lockjaw=yes", ""),
    ("my toes froze in the snow", "circulation.frost=yes", ""),
    ("purple spots that don't fade", "now.spots=yes", ""),
    ("I can't pee and my bum is numb", "body.saddle=yes leg.numb_weak=yes", ""),
    ("both legs are weak", "body.legs_weak=yes", ""),
    ("pee is dark like cola", "body.dark_urine=yes", ""),
    ("diabetic with an ulcer on my foot", "body.diabetic_foot=yes history.diabetes=yes feet.what=wound", ""),
    ("i'm 34 weeks pregnant", "body.pregnant=yes", ""),
    ("sudden tearing pain in my back", "body.tearing_pain=yes", ""),
    ("confused after the marathon", "body.effort_heat=yes", ""),
    ("heard a snap at the back of my ankle", "onset.pop=tendon onset.trigger=moment", ""),
    ("felt a pop in my calf playing tennis yesterday", "onset.pop=calf onset.trigger=moment onset.age=1", ""),
    ("took cipro last month, achilles sore", "medicine.fluoroquinolone=yes pain.site=achilles_mid", "onset.age"),
    # what people have, do and wear
    ("I take Eliquis for AFib", "history.blood_thinner=yes history.arterial=irregular", ""),
    ("I have breast cancer", "history.cancer_ever=yes history.clot_strong=cancer", ""),
    ("flew home from Thailand", "history.clot_weak=travel", ""),
    ("my leg is in a cast", "history.clot_strong=cast_paralysed", "compartment.setting"),
    ("the cast is too tight", "leg.hard_or_tight=yes compartment.setting=cast", ""),
    ("my calf is really tight", "pain.feel=dull pain.region=calf", ""),
    ("my heel kills me when i get out of bed", "pain.first_steps=worst! pain.region=heel", ""),
    ("pain in my heel first thing in the morning", "pain.first_steps=worst!", ""),
    ("new running shoes", "footwear.change=yes onset.trigger=shoes", "footwear.usual"),
    ("night cramps in my calf", "cramp.night=yes", ""),
    ("i run every day and do ballet", "activity.regular=running|jumping", ""),
    ("couch to 5k", "activity.load_jump=yes onset.trigger=load", ""),
    ("calves ache so bad i have to stop", "claudication.distance=yes", ""),
    ("i have a lump on my foot", "lump.any=yes", "lump.like"),
]


def today(text: str) -> list[Mention]:
    return mentions_in(shared_knowledge(), text, TODAY)


def told(heard: list[Mention]) -> dict[str, str]:
    """Finding -> answer as it is written in the table."""
    out = {}
    for each in heard:
        answer = each.answer
        text = "|".join(answer) if isinstance(answer, tuple) else f"{answer:g}" if isinstance(answer, float) else answer
        out[each.finding] = text + "!" * (not each.accepted)
    return out


@pytest.mark.parametrize(("text", "expected", "never"), SENTENCES, ids=[row[0][:60] for row in SENTENCES])
def test_a_sentence_is_heard_as_a_person_means_it(text, expected, never):
    heard = told(today(text))
    wanted = dict(line.split("=") for line in expected.split())
    assert {name: heard.get(name) for name in wanted} == wanted
    assert not set(never.split()) & set(heard)


def test_each_line_of_the_emergency_screens_is_raised_by_words_in_the_table(knowledge):
    lines = {name for name in knowledge.emergency if knowledge.findings[name].also_said}
    raised = {line.removesuffix("=yes") for _, expected, _ in SENTENCES for line in expected.split()}
    assert len(lines) > 12
    assert lines <= raised


def test_what_must_not_be_heard_could_be_heard(knowledge):
    """Else a row of the table could not fail."""
    amounts = {free_text.ONSET, free_text.AGE, free_text.SEX}
    for _, expected, never in SENTENCES:
        assert expected or never
        for name in never.split():
            assert name in amounts or any(free_text.phrases(knowledge.findings[name]))


# --- whatever is typed

ANYTHING = st.text(st.characters(codec=None), max_size=200)
CARD_WORDS = sorted({word for finding in shared_knowledge().findings.values()
                     for _, phrase in free_text.phrases(finding) for word in phrase.split()})
GLUE = ["no", "not", "and", "or", "but", ",", ".", "?", ":", "\n", "since", "3", "weeks", "ago", "i", "my", "mum", "if",
        "can't", "for", "a", "in", "may", "20", "year", "old", "m", "\x1b[31m", "\x00", "\ud800", "\u2019", "\u202e"]
SALAD = st.lists(st.sampled_from(CARD_WORDS) | st.sampled_from(GLUE), max_size=40).map(" ".join)


@given(ANYTHING | SALAD)
@example("\x1b]0;calf swollen\x07 calf\x1b[2J swollen\x00 left\x9b31m calf")
@example("right\x00calf hurts and the left\x07\x7fbig\x9btoe\u202e is\u200bnumb on the left\u2028 foot")
@example("1/0 99999999999999999999 weeks ago since 2099 31 february age 0")
@examples(300, new=True)
def test_any_text_is_borne_and_what_is_heard_is_an_answer(text):
    knowledge = shared_knowledge()
    heard = today(text)
    assert len({each.finding for each in heard}) == len(heard)
    for each in heard:
        assert normal(knowledge.findings[each.finding], each.answer) == each.answer
        assert each.words
        assert all(c.isprintable() for c in each.words)
        assert not (each.to_confirm and not each.accepted)
    assert set(answers_of(heard)).isdisjoint(answers_to_confirm(heard))


@pytest.mark.parametrize("day", [
    datetime.date.min, datetime.date.max, datetime.date(2024, 2, 29), datetime.date(2025, 1, 1)])
@pytest.mark.parametrize("text", ["since christmas", "since new year", "since 31 june", "since may", "for 9999 years",
                                  "since 30th of february", "since 2099", "since 2024", "began at the weekend"])
def test_any_day_is_borne(day, text):
    for each in mentions_in(shared_knowledge(), f"heel pain {text}", day):
        assert normal(shared_knowledge().findings[each.finding], each.answer) == each.answer


def test_a_very_long_text_is_read_to_its_limit_and_this_is_said():
    text = ("my calf is swollen. " + "x" * LIMIT)[:LIMIT] + "numb " * 2_000_000
    assert told(today(text)) == told(today("my calf is swollen."))
    assert f"{LIMIT:,}" in length_notice(text)
    assert length_notice(text[:LIMIT]) == length_notice("") == ""


@pytest.mark.parametrize("piece", [
    "no ", "no swelling, ", "calf ", "a ", "calf not ", "1 ", "\x1b[", "for 3 weeks ", "my mum "])
def test_a_text_of_one_piece_again_and_again_is_read(piece):
    assert isinstance(today(piece * LIMIT), list)


CLAUSES = ["my left calf is swollen", "since monday", "no fever", "i am 45", "it hurts when i walk", "i'm diabetic"]


@given(st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=5, unique=True), st.sampled_from(
    [str.upper, str.title, lambda t: t.replace(" ", "   "), lambda t: t.replace("'", "\u2019"),
     lambda t: f"  {t}\n", lambda t: t.replace(" ", "\u00a0"), lambda t: t.replace(" ", "\t")]))
@examples(100, new=True)
def test_case_spaces_and_quotes_make_no_difference(clauses, change):
    text = ". ".join(clauses)
    assert told(today(change(text))) == told(today(text))


RAISED = [(text, line.removesuffix("=yes")) for text, expected, _ in SENTENCES for line in expected.split()
          if line.endswith("=yes") and line.startswith(("leg.", "now.", "body."))]
UNRELATED = ["I live in London", "thanks for your help", "I have two cats", "my sister is a nurse", "It is raining",
             "I do not like doctors", "Is this normal?", "no fever", "I am 45", "heel pain for 3 weeks", "hello",
             "If it helps, I can send a picture", "I never smoked", "my dad had gout"]


@given(st.sampled_from(RAISED), st.sampled_from(UNRELATED), st.booleans(), st.sampled_from([". ", "\n", "! ", "; "]))
@examples(200, new=True)
def test_a_sentence_beside_it_takes_no_danger_away(raised, other, before, between):
    text, danger = raised
    text = text.rstrip(".?")
    whole = other + between + text if before else text + between + other
    if "?" not in whole or before:
        assert told(today(whole)).get(danger) == "yes"


# --- soundness over the cards


def spoken_cards(knowledge: Knowledge) -> list[tuple[Finding, str, str]]:
    return [(finding, option, phrase) for finding in knowledge.findings.values()
            for option, phrase in free_text.phrases(finding)]


def bare(phrase: str) -> str:
    return phrase.replace("*", "very")


def holds(heard: list[Mention], finding: Finding, option: str) -> bool:
    answer = {each.finding: each.answer for each in heard}.get(finding.id)
    return option in answer if isinstance(answer, tuple) else answer == option


def test_each_phrase_alone_is_heard_as_what_it_stands_for(knowledge):
    deaf = [(finding.id, option, phrase) for finding, option, phrase in spoken_cards(knowledge)
            if not holds(today(bare(phrase)), finding, option)
            and not holds(today(f"{bare(phrase)} hurts"), finding, option)]
    assert deaf == []


def refutes(knowledge: Knowledge, name: str, answer: Answer) -> bool:
    """Does a danger read this finding, and not hold for this answer?"""
    parts = free_text._dangers(knowledge).get(name, ())
    return bool(parts) and not any(part.holds(answer) for part in parts)


NEGATION = {"no", "not", "never", "without", "hardly", "barely", "only", "just", "cannot"}
HALF_A_NO = ("one", "better", "worse")
"""Before these a "no" or "not" does not deny what follows: "no worse"."""


def denied(knowledge: Knowledge) -> list[tuple[Finding, str, list[Mention]]]:
    """Every phrase as a no, in three ways by turns, and what is heard."""
    forms = ("no {}", "without {}", "I am not {}")
    return [(finding, phrase, today(forms[i % 3].format(bare(phrase))))
            for i, (finding, _, phrase) in enumerate(spoken_cards(knowledge))]


def test_no_denial_of_a_danger_counts(knowledge):
    wrong, met = [], set()
    for finding, phrase, heard in denied(knowledge):
        for each in heard:
            other = knowledge.findings[each.finding]
            if each.answer in ("no", "none", other.none_is) and refutes(knowledge, other.id, each.answer):
                met.add(other.id)
                if each.accepted:
                    wrong.append((finding.id, phrase, each))
    assert wrong == []
    spoken_of = {finding.id for finding in knowledge.findings.values()
                 if finding.also_said and finding.kind == "yes_no" and refutes(knowledge, finding.id, "no")}
    assert len(spoken_of) > 60
    assert spoken_of - met <= {"joint.first_time"}, "each of them was said to be not so"


@pytest.mark.parametrize("form", ["not {}", "{}: no"])
def test_what_is_denied_is_not_heard_as_so(knowledge, form):
    wrong = []
    for finding, option, phrase in spoken_cards(knowledge):
        if form == "not {}" and (NEGATION & {*phrase.split()} or phrase.startswith(HALF_A_NO)):
            continue
        if holds(today(form.format(bare(phrase))), finding, option):
            wrong.append((finding.id, option, phrase))
    assert wrong == []


def test_what_every_red_flag_interlock_and_must_not_reads_is_known(knowledge):
    """Worked out once more: what they name, and what the derived findings and scores that they name are made of."""
    names = {part.fact for rule in knowledge.rules_of("red_flag", "interlock", "must_not") for part in rule.parts}
    for room, kind in (("derived", "derived"), ("score", "score_item")):
        for _ in range(4):
            for name in [n.partition(".")[2] for n in names if n.startswith(f"{room}.")]:
                names |= {part.fact for rule in knowledge.rules_of(kind, card=name) for part in rule.parts}
    read = {name for name in names if name in knowledge.findings}
    assert len(read) > 100
    for _ in range(4):  # and what has to be so before they are asked
        findings = [knowledge.findings[name] for name in read]
        read |= {parent for finding in findings for parent in finding.parents}
        read |= {part.fact for finding in findings for parts in finding.ask_if for part in parts}
        read &= set(knowledge.findings)
    assert read <= set(free_text._dangers(knowledge))


def test_what_the_reader_names_of_the_cards_is_there(knowledge):
    for name in (free_text.ONSET, free_text.AGE, free_text.SEX, *free_text.PLACES):
        assert name in knowledge.findings
    assert {finding.topic for finding in knowledge.findings.values() if finding.recent} == {free_text.HISTORY}


def test_no_phrase_stands_for_two_answers_that_exclude_each_other(knowledge):
    for finding in knowledge.findings.values():
        if finding.kind == "one":
            lines = {(option, tokens.stems(phrase)) for option, phrase in free_text.phrases(finding)}
            twice = [line for line, times in Counter(stems for _, stems in lines).items() if times > 1]
            assert twice == [], finding.id


def test_what_is_open_is_ticked_and_not_answered(knowledge):
    heard = today("45 year old woman with a diabetic foot, no fever")
    assert answers_to_confirm(heard)["person.sex"] == "female"
    assert set(answers_of(heard).values()) == {"yes"}
    assert "now.fever" not in answers_of(heard) | answers_to_confirm(heard)
    heard = today("I am a runner, my calf hurts")
    assert answers_to_confirm(heard)["pain.region"] == ("calf",)
    assert "pain.region" not in answers_of(heard)


def test_a_follow_up_says_what_it_belongs_to():
    heard = {each.finding: each for each in today("cannot lift front of my foot")}
    assert heard["nerve.what"].answer == ("foot_drops",)
    assert heard["leg.numb_weak"].answer == "yes"
    assert "foot" in heard["leg.numb_weak"].words


def test_options_that_exclude_each_other_are_none():
    assert "onset.speed" not in told(today("it began suddenly, it came on slowly"))


def test_what_was_typed_is_shown_as_it_was_typed():
    (heard,) = [each for each in today("My  RIGHT\tcalf hurts, calf") if each.finding == "pain.side"]
    assert heard.words == "RIGHT calf"
    (heard,) = [each for each in today("numb foot. It rained. Numb toes") if each.finding == "leg.numb_weak"]
    assert heard.words == "numb \u2026 Numb"


# --- nothing that is heard argues a danger away --------------------------------------------------

COMPLAINT = ["Left calf pain", "My right calf is swollen", "My foot hurts", "Swollen left ankle", "My leg aches"]
OF_SOMETHING_ELSE = [
    "I have had diabetes", "I have had asthma", "I have had psoriasis", "I have had a bad back", "I took cipro",
    "I have worked as a nurse", "I have been on the pill", "I have been vegetarian", "I have known my doctor",
    "I had my hip done", "I have lived here", "I have been on warfarin",
]
TIMES = ["for 10 years", "for 3 weeks", "since 2010", "for the last 6 months"]
JOINTS = [", ", ". ", " and ", " - "]


@pytest.mark.parametrize("thing", OF_SOMETHING_ELSE)
def test_a_time_that_belongs_to_something_else_is_not_when_the_trouble_began(thing):
    for complaint, time, joint in itertools.product(COMPLAINT, TIMES, JOINTS):
        text = f"{complaint}{joint}{thing} {time}"
        assert "onset.age" not in {each.finding for each in today(text)}, text


@pytest.mark.parametrize(("text", "finding"), [
    ("heel pain for 10 years", "onset.age"), ("calf pain since yesterday", "onset.age"),
    ("started slowly, now suddenly much worse", "onset.speed"), ("no injury, calf hurts", "onset.trigger"),
    ("pain in my left calf", "pain.side"),
])
def test_a_time_a_speed_a_trigger_and_a_side_are_asked_plainly_all_the_same(text, finding):
    heard = today(text)
    assert finding not in answers_of(heard)
    assert finding in answers_to_confirm(heard)


def test_a_denial_that_ends_is_none():
    assert "onset.trigger" not in told(today("no injury until yesterday when I fell"))


def recorded_of_sentences() -> list[Answers]:
    """What the sentences of this file, and those about something else, would record without a further question."""
    texts = [row[0] for row in SENTENCES]
    texts += [f"{a}, {b} {c}" for a in COMPLAINT for b in OF_SOMETHING_ELSE for c in TIMES[:2]]
    before = {name for stage in shared_knowledge().stages[:1] for name in stage.ask}  # asked before the own words
    each = {(name, answer) for text in texts for name, answer in answers_of(today(text)).items() if name not in before}
    return [{name: answer} for name, answer in sorted(each, key=str)]


@sampled(5)
def test_no_sentence_makes_a_danger_less_urgent(knowledge, stories, every):
    """Whatever is recorded of a sentence, right or wrong: with the same answers to all else no red flag tells less."""
    compiled = Compiled(knowledge)

    def danger(answers: Answers) -> tuple[int, int, int]:
        rules = [knowledge.by_key[key] for key in compiled.conclude(answers).rules]
        return max((severity(rule) for rule in rules if rule.kind == "red_flag"), default=(0, 0, 0))

    urgent = [story.answers for story in stories if story.expect.urgency not in (None, "", "self_care")]
    sayings = recorded_of_sentences()
    assert len(urgent) > 100 < len(SENTENCES)
    assert len(sayings) > 30
    for at, answers in enumerate(urgent[::every]):
        told_before = danger(answers)
        for said in sayings[at % 5::5]:
            assert danger({**answers, **said}) >= told_before, (answers, said)
