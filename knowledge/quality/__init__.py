"""Quality of the answers: lookups, evaluation, comparison, feedback and threshold advice."""
