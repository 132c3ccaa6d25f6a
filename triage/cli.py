import sys
from triage import lint, cards
def main():
    f = lint.faults(cards.rules_folder())
    for x in f: print(x)
    return 1 if f else 0
