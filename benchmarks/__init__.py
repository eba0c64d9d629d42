"""What Frontdesk achieves, measured: `python -m benchmarks` for the program, `matching.py` for the matcher."""
