"""The semantic extra: comparison by vectors of a language model, if one is installed."""
