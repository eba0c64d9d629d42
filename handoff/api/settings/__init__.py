"""What admins set, for programs: the forms of categories, and for how long things are kept."""
