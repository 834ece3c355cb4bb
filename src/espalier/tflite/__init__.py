"""The .tflite format: bounded reading, editing, writing, metadata, versions."""
