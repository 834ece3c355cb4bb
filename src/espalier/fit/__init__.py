"""How many channels each group keeps so that budgets hold at the least loss: pure functions of values.

`shapes` learns how a network's tensors follow from the counts, `corners` which counts are worth trying, `costs` what they
take, `choose` solves for the budgets. What is built, run and measured is the caller's (stages/fit.py).
"""
