"""Emitted programs on emulated boards: cross-compiler, boards, counts, estimated times."""
