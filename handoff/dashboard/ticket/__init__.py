"""The page of one ticket, and what an agent does there."""
