"""Detection: from the raw int8 heads of a network to boxes in pixels of the camera, in integers; truth and metrics."""
