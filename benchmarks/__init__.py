"""Benchmarks: `python -m benchmarks` measures the program, `matching.py` the matcher."""
