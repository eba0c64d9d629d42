"""What deep links lead to: an agent, an answer, a topic, or the linking of an agent's own account."""
