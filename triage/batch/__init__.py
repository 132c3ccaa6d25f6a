"""Tables in, tables out: many people at once."""
