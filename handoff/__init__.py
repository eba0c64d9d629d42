"""People helping people: contacts, tickets, messages, deliveries, agents and their desk. It knows no platform."""
