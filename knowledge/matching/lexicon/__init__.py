"""The lexicon: data about words, independent of any knowledge base."""
