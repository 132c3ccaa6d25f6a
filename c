Pain in the lower leg, ankle or foot
2026-11-25. Rules 1.0.0 (630bbe1415f9), not yet reviewed by a clinician.


FOR YOU
================================================================================

How urgent it is, and what to do
--------------------------------

┏━ HOW URGENT ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
┃                                                                              ┃
┃  Emergency department now                                                    ┃
┃  • Go to an emergency department now, within the hour.                       ┃
┃  • Let somebody else drive. If nobody can, call an ambulance.                ┃
┃                                                                              ┃
┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛

Where: Emergency department.

Why:
• the skin is hot

What you can do
---------------

Rest

For a sore calf.

1. Rest.

Watch for
---------

• Call an ambulance if you are suddenly short of breath, have chest pain, faint,
  or cough up blood


FOR THE CLINICIAN
================================================================================
Told by the person to a program, in lay words; nobody has examined the leg.

Person
  - age not asked, sex not asked
Urgency
  - Emergency department now. Emergency department. (hot_leg/pain.hot=yes)

Story
-----

Complaint
  Present:
  - not asked
Onset and course
  Present:
  - not asked
Character
  Present:
  - not asked
Worse, better
  Present:
  - How old are you: 45 years
Associated
  Present:
  - not asked
Past history
  Present:
  - not asked
Medicines
  Present:
  - not asked
Activity, work, shoes
  Present:
  - not asked

Red flags
---------

RAISED
  - Hot leg (hot_leg)
  - the skin is hot (hot_leg/pain.hot=yes; inference, [1])
Yes
  - One leg is swollen (“One leg is swollen”); Hot skin (“Hot skin”)

Self-checks done by the person
------------------------------

None
  - No self-check was done.

Ranked conditions: for (+), against (−), rule id, strength, grade, source
-------------------------------------------------------------------------

None
  - No condition of these rules fits the answers.

Sources
-------

  - [1] A book (book)

This is no diagnosis and no all-clear. It rests only on what was answered. A
clinician who sees and feels the leg knows more.
