"""The quantization ladder: its rungs, candidates, and the climb."""
