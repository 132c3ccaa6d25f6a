"""Conclude from one person's answers and print what matters."""

import triage

rules = triage.load_rules()
result = rules.assess({
    "screens": "no", "person.age": 52, "pain.region": ["heel"], "pain.site": ["heel_under_inner"], "pain.side": "right",
    "onset.age": "3 months", "pain.first_steps": "worst", "activity.regular": ["running"],
})
print(result.urgency.level, result.urgency.say)
for ranked in result.conditions[:3]:
    print(f"{result.card(ranked.id).name}: {ranked.band}")
