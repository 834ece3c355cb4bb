"""Pruning of Keras 3 models: whole channels (`channels`), single weights (`magnitude`), and training
afterwards.

Modules here import Keras and TensorFlow and run in a child process only; `allocate` and `verdict` are free
of both.
"""
