"""The lexicon room: what is known of words, independent of any knowledge base."""
