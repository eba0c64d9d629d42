"""The queue: its page, its live fragment and actions on several tickets."""
