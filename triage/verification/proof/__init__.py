"""Proofs that what must hold holds for all answers there are, not only for those that were tried. Needs z3-solver."""
