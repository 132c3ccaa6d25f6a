"""Every statement of the source article is accounted for: used by cards that exist, or left out for a reason."""

from __future__ import annotations

from triage.verification.lint.article import CLAIMS


def test_all_sixty_seven_claims_are_there_in_order(knowledge):
    assert CLAIMS == 67
    assert list(knowledge.claims) == [f"S{number:02}" for number in range(1, CLAIMS + 1)]


def test_each_claim_is_used_by_cards_or_left_out_for_a_reason(knowledge):
    for claim in knowledge.claims.values():
        assert bool(claim.used_by) != bool(claim.not_used), claim.id
        assert claim.source in knowledge.sources, claim.id
        for name in claim.used_by:
            assert name in knowledge.places, (claim.id, name)


def test_jaw_pain_never_speaks_for_a_muscle(knowledge):
    """The article links the soleus to the jaw. Here the jaw leads to the heart and to nothing else."""
    readers = {
        (r.kind, r.card) for r in knowledge.rules for p in r.parts
        if p.fact.startswith("chest.") and p.fact != "chest.pain"
    }
    assert readers
    assert not [r for r in readers if r[0] in ("for", "against", "frequency", "fits_well_if")]
    assert knowledge.claims["S32"].verdict == "unsafe"
    assert {"heart_jaw_chest", "jaw_alone"} <= set(knowledge.claims["S32"].used_by)


def test_the_differentials_of_the_article_have_their_cards(knowledge):
    assert {
        "soleus_trigger_points", "calf_muscle_tear", "achilles_tendon_rupture", "night_cramps", "heel_spur",
        "plantar_fasciitis", "achilles_midportion", "achilles_insertional", "bakers_cyst", "burst_bakers_cyst",
        "delayed_soreness", "shin_splints", "compartment_acute", "cecs",
    } <= set(knowledge.conditions)


def test_a_heel_spur_explains_and_is_never_ranked(knowledge):
    card = knowledge.conditions["heel_spur"]
    assert (card.kind, card.explains) == ("explains", "plantar_fasciitis")
    assert not [rule for rule in knowledge.rules if rule.card == "heel_spur"]


def test_what_the_article_blames_is_asked_and_used(knowledge):
    """Heels, hard soles, boots, uneven ground, chairs and recliners, running, walking, jumping, climbing."""
    lines = [p for r in knowledge.rules if r.card == "soleus_trigger_points" and r.kind == "for" for p in r.parts]
    used = {(p.fact, option) for p in lines for option in p.any_of}
    assert {
        ("footwear.usual", "high_heels"), ("footwear.usual", "hard_soles"), ("footwear.boot_press", "yes"),
        ("activity.terrain", "uneven"), ("activity.terrain", "hills"), ("sitting.chair_edge", "yes"),
        *(("activity.regular", name) for name in ("running", "walking", "jumping", "climbing")),
    } <= used


def test_the_doubt_about_trigger_points_is_said_where_they_are_suggested(knowledge):
    for name in ("soleus_trigger_points", "gastrocnemius_trigger_points"):
        assert knowledge.conditions[name].note
        assert knowledge.conditions[name].fits_well_if
