"""How good the answers are: lookups, evaluation, comparison, feedback and advice."""
