"""Let a simulated person take the whole interview: 35 years old, a sore calf for a week, else nothing."""

import triage

KNOWN = {"person.age": 35.0, "pain.side": "left", "onset.age": 7.0}
talk = triage.load_rules().interview()
while (question := talk.question) is not None:
    ids = [choice.id for choice in question.choices]
    if question.id in KNOWN:
        talk = talk.answer(KNOWN[question.id])
    elif "pain.region=calf" in ids:
        talk = talk.answer(("pain.region=calf", "pain.side=left"))
    elif question.kind in ("many", "checklist"):
        talk = talk.answer(())  # nothing of this
    else:
        # No to what can be denied, no self-check, and the answers as they are when all are shown.
        talk = talk.answer(next((each for each in ("no", "skip", "go_on") if each in ids), "not_sure"))
    print(f"{question.ask} -> {talk.level}")
assert talk.result is not None
print([ranked.id for ranked in talk.result.conditions[:3]])
