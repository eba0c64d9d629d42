"""Canned responses at the desk: the list in the reply box, and the page on which agents edit them."""
