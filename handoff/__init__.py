"""Support by people: contacts, tickets, messages, deliveries, agents and their desk. It is independent of platforms."""
