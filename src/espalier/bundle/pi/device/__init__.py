"""The program that runs on the device; classify.py beside this folder starts it. Python 3.10 or newer."""
