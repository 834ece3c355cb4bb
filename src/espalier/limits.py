"""Every cap on untrusted input and on child processes, with its unit in its name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps; a value above one of them is refused, never silently cut."""

    recipe_bytes: int = 1 << 20
    target_bytes: int = 1 << 18
    labels_bytes: int = 1 << 20
    labels_count: int = 10_000
    label_characters: int = 200

    model_file_bytes: int = 2 << 30
    model_config_bytes: int = 32 << 20
    model_layers: int = 5_000
    model_nesting: int = 64
    model_parameters: int = 500_000_000
    container_entries: int = 4_096
    container_ratio: int = 1_000
    tflite_bytes: int = 1 << 30
    tflite_tensors: int = 100_000
    tflite_operators: int = 50_000

    image_file_bytes: int = 32 << 20
    image_pixels: int = 50_000_000
    image_side_pixels: int = 20_000
    image_decoded_bytes: int = 256 << 20
    image_scans: int = 64
    image_scan_pixels: int = 1_500_000_000
    image_count: int = 200_000
    sweep_cells: int = 2_000
    input_side_pixels: int = 2_048
    input_bands: int = 16
    input_numbers: int = 256
    standardized_values: int = 1 << 24
    annotations_bytes: int = 1 << 29
    annotation_file_bytes: int = 1 << 20
    annotation_boxes: int = 2_000_000
    image_boxes: int = 2_000
    prepared_bytes: int = 32 << 30

    golden_vectors: int = 8
    bundle_bytes: int = 2 << 30

    worker_memory_bytes: int = 48 << 30
    worker_file_bytes: int = 8 << 30
    worker_threads: int = 8_192
    least_memory_bytes: int = 4 << 30
    worker_frame_bytes: int = 2 << 30
    worker_start_seconds: float = 180.0
    worker_call_seconds: float = 3_600.0
    image_seconds: float = 900.0
    image_worker_memory_bytes: int = 4 << 30
    container_worker_memory_bytes: int = 4 << 30
    container_worker_seconds: float = 60.0
    container_cpu_seconds: int = 6
    container_bytes_per_second: int = 5 << 20


LIMITS = Limits()
