"""What a model answers: its heads, the result of an image, right and wrong, metrics, the decision on the device."""
