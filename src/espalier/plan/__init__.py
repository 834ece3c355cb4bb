"""The memory planner and its independent checker."""
