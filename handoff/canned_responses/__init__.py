"""Texts that agents keep for frequent answers, with placeholders that are filled in when one is inserted."""
