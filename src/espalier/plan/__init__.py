"""The memory planner and its independent checker.

`plan_memory(graph, optimize=..., demand=..., streamable=...)` gives a `Plan`; kernels say what they need and
allow through `demand` and `streamable`, so that the planner knows nothing of them.
"""
